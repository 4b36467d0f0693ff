// What differs from stage to stage, and nothing else: every value here is typed, checked when the app is synthesized,
// and visible in one place. Stages are static on purpose; a deployment never depends on a context string.
import * as z from 'zod';
import { servedEnvironments, type Upstreams, upstreams } from '../lambdas/env.ts';
import { type DomainConfig, domainConfig } from './domain-config.ts';
import { type WebAclConfig, webAclConfig } from './web-acl-config.ts';

/** The retention periods that CloudWatch Logs accepts, as far as this product offers them. */
const retentionDays = z.literal([1, 7, 14, 30, 90, 180, 365, 400, 731, 1827]);
export type RetentionDays = z.infer<typeof retentionDays>;

const functionSize = z.strictObject({
  memoryMiB: z.int().min(128).max(10_240),
  /** Left out: shares the account's pool. A new account has a quota of 10, of which nothing can be reserved. */
  reservedConcurrency: z.int().min(1).optional(),
});

const stageConfig = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and hyphens, at most 20'),
    /** Everything of a stage lives in one region, so the region is where its data resides. */
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as us-east-1'),
    /** The stage holds what nobody can make again: nothing of it is deleted with the stack or by mistake. */
    retainData: z.boolean(),
    /** X-Ray: timings of each hop. Traces hold no payload, as no code of ours annotates them. */
    tracing: z.boolean(),
    logRetentionDays: retentionDays,
    auditLogRetentionDays: retentionDays,
    /** Shared by all callers of the stage; it shields the account's quota, the callers' own limits are the product's. */
    throttle: z.strictObject({ requestsPerSecond: z.int().min(1), burst: z.int().min(1) }),
    /**
     * Lambda's quota of environments at once that the stage may use up, and how long a request is taken to last, stream
     * included. The throttle stays within: callers get a 429 that says when to come back before Lambda turns any away.
     */
    concurrency: z.strictObject({ quota: z.int().min(1), secondsPerRequest: z.number().positive() }),
    /** Told of every alarm; each address confirms once, by a link that AWS sends. More can subscribe to the topic. */
    alarmEmails: z.array(z.email()),
    /** A key that spends more than this in an hour is looked at. It stops nobody: caps do. */
    keySpendAlarmUsdPerHour: z.number().positive(),
    /** What alarms point to: this file where the people who are called can open it. */
    runbookUrl: z.string().regex(/^[^\s#]+$/, 'a URL or a path, without a fragment'),
    webAcl: webAclConfig,
    /** The oldest version of TLS that is spoken. 1.3 alone shuts out clients of before about 2019. */
    minimumTls: z.enum(['1.2', '1.3']),
    /** Host names of one's own, the first of them for the outputs; without any, the API answers under its default name. */
    domains: z.array(domainConfig).max(10),
    /** Whom `/.well-known/security.txt` says to tell of a vulnerability, the best way first: mailto:, https: or tel:. */
    securityContacts: z.array(z.url({ protocol: /^(mailto|https|tel)$/ })).max(5),
    functions: z.strictObject({
      proxy: functionSize,
      admin: functionSize,
      management: functionSize,
      sweeper: functionSize,
      folder: functionSize,
    }),
    /** KMS keys that secrets may still lie under, until `POST /admin/rewrap` has put them all under the stage's own. */
    retiredEnvelopeKeyArns: z.array(z.string().regex(/^arn:aws[a-z-]*:kms:/, 'the ARN of a KMS key')),
    /** Which environments the keys of this stage may be for; one of another is neither made nor served. */
    environments: servedEnvironments,
    upstreams,
  })
  .check(({ value, issues }) => {
    const { throttle, concurrency } = value;
    const atOnce = throttle.burst + throttle.requestsPerSecond * concurrency.secondsPerRequest;
    if (atOnce > concurrency.quota) {
      const message = `lets ${atOnce} requests run at once (burst + requests per second × seconds), of a quota of ${concurrency.quota}`;
      issues.push({ code: 'custom', message, path: ['throttle'], input: throttle });
    }
    for (const [index, domain] of value.domains.entries()) {
      const message = objectionToDomain(domain, value);
      if (message !== undefined) issues.push({ code: 'custom', message, path: ['domains', index], input: domain });
    }
    for (const [name, upstream] of Object.entries(value.upstreams)) {
      const message = objectionTo(upstream, value.retainData);
      if (message !== undefined) issues.push({ code: 'custom', message, path: ['upstreams', name], input: upstream });
    }
  });
export type StageConfig = Readonly<z.infer<typeof stageConfig>>;

function objectionToDomain(
  { name, certificateArn, mutualTls }: DomainConfig,
  { domains, region, minimumTls }: { domains: readonly DomainConfig[]; region: string; minimumTls: string },
): string | undefined {
  if (domains.filter((other) => other.name === name).length > 1) return 'is there twice';
  if (certificateArn && certificateArn.split(':')[3] !== region)
    return `has a certificate of another region than ${region}`;
  return mutualTls && minimumTls === '1.3' ? 'with client certificates takes TLS 1.2 as well' : undefined;
}

function objectionTo(upstream: Upstreams[string], retainData: boolean): string | undefined {
  if ('builtin' in upstream) return retainData ? 'a stage that retains data has no built-in provider' : undefined;
  const { protocol, username, password } = new URL(upstream.baseUrl);
  if (protocol !== 'https:') return 'a provider is reached over https';
  return username + password === '' ? undefined : 'a provider credential never lies in a URL';
}

/** Checks a stage. Throws an Error that names the stage and every field at fault. */
export function defineStage(config: StageConfig): StageConfig {
  const parsed = stageConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new Error(`stage "${config.name}" is not valid:\n${z.prettifyError(parsed.error)}`);
}

type Api = Exclude<Extract<Upstreams[string], { credential: unknown }>['api'], undefined>;

function provider(baseUrl: string, api: Api = 'openai-compatible'): Upstreams[string] {
  return { baseUrl, credential: 'required', api };
}

const providers: Upstreams = {
  openai: provider('https://api.openai.com/v1', 'openai'),
  anthropic: provider('https://api.anthropic.com/v1', 'anthropic'),
  gemini: provider('https://generativelanguage.googleapis.com/v1beta', 'gemini'),
  groq: provider('https://api.groq.com/openai/v1'),
  mistral: provider('https://api.mistral.ai/v1'),
  deepseek: provider('https://api.deepseek.com/v1'),
  xai: provider('https://api.x.ai/v1'),
  together: provider('https://api.together.xyz/v1'),
  openrouter: provider('https://openrouter.ai/api/v1'),
  cerebras: provider('https://api.cerebras.ai/v1'),
  perplexity: provider('https://api.perplexity.ai'),
  fireworks: provider('https://api.fireworks.ai/inference/v1'),
};

/** Answers without any provider, so that the first request of a newcomer works. */
const demo: Upstreams = { demo: { builtin: 'echo' } };

/** What `npm start` runs on one machine. As close to the others as can be, so that local behaviour is what deploys. */
const local = defineStage({
  name: 'local',
  region: 'us-east-1',
  retainData: false,
  tracing: true,
  logRetentionDays: 7,
  auditLogRetentionDays: 30,
  throttle: { requestsPerSecond: 1_000, burst: 2_000 },
  concurrency: { quota: 10_000, secondsPerRequest: 8 },
  alarmEmails: [],
  keySpendAlarmUsdPerHour: 50,
  runbookUrl: 'docs/runbook.md',
  webAcl: {
    // All clients of one machine share an address, and a test may well use one key.
    requestsPerMinutePerIp: 1_000_000,
    requestsPerMinutePerKey: 1_000_000,
    managementRequestsPerMinutePerIp: 1_000_000,
    blocked: [],
    antiDdos: false,
  },
  minimumTls: '1.2',
  domains: [],
  // An example, for a machine that nobody else can reach.
  securityContacts: ['mailto:security@example.com'],
  functions: {
    proxy: { memoryMiB: 1_024 },
    admin: { memoryMiB: 512 },
    management: { memoryMiB: 512 },
    sweeper: { memoryMiB: 512 },
    // It reads whole hours of records, and a larger function has more of a processor.
    folder: { memoryMiB: 1_024 },
  },
  retiredEnvelopeKeyArns: [],
  environments: ['development', 'staging', 'production'],
  upstreams: { ...demo, ...providers },
});

/** For the clients of the internet. */
const shield: WebAclConfig = {
  requestsPerMinutePerIp: 6_000,
  requestsPerMinutePerKey: 6_000,
  managementRequestsPerMinutePerIp: 600,
  blocked: [],
  antiDdos: false,
};

const dev = defineStage({
  ...local,
  name: 'dev',
  environments: ['development', 'staging'],
  logRetentionDays: 30,
  auditLogRetentionDays: 90,
  // What a region grants to an account that has asked for nothing.
  throttle: { requestsPerSecond: 100, burst: 200 },
  concurrency: { quota: 1_000, secondsPerRequest: 8 },
  webAcl: shield,
  securityContacts: [],
  functions: { ...local.functions, proxy: { memoryMiB: 512 } },
});

const prod = defineStage({
  ...local,
  name: 'prod',
  retainData: true,
  logRetentionDays: 90,
  auditLogRetentionDays: 365,
  webAcl: shield,
  securityContacts: [],
  // Memory that waits for a provider is most of the bill; see docs/cost.md.
  functions: { ...local.functions, proxy: { memoryMiB: 512 } },
  upstreams: providers,
});

/** Every stage, by name; `portcullis-<name>` is its stack. */
export const stages: ReadonlyMap<string, StageConfig> = new Map([local, dev, prod].map((stage) => [stage.name, stage]));

/** The stages of those names, comma-separated; all of them where none is named. Throws an Error on an unknown name. */
export function selectStages(names: string | undefined): StageConfig[] {
  if (names === undefined) return [...stages.values()];
  return names.split(',').map((name) => {
    const stage = stages.get(name.trim());
    if (stage === undefined) throw new Error(`no stage "${name}"; there are ${[...stages.keys()].join(', ')}`);
    return stage;
  });
}
