// The only reader of process.env at runtime, and the one place that names an environment variable: constructs import the
// names from here when they grant, so the infrastructure and the runtime cannot drift apart.
import * as z from 'zod/mini';

export const ENV = {
  stage: 'STAGE',
  keysTable: 'KEYS_TABLE',
  auditTable: 'AUDIT_TABLE',
  ledgerTable: 'LEDGER_TABLE',
  usageTable: 'USAGE_TABLE',
  envelopeKeyArn: 'ENVELOPE_KEY_ARN',
  upstreams: 'UPSTREAMS',
  securityContacts: 'SECURITY_CONTACTS',
  environments: 'ENVIRONMENTS',
} as const;

/** A provider's short name, the part of `provider/model` before the slash. */
const providerName = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/));

/**
 * Where a provider is reached. Stage configuration alone decides this: nothing that a caller sends can choose a host.
 * `credential: 'optional'` forwards without one where none is stored (a server of one's own, such as vLLM or Ollama).
 */
const baseUrl = z.string().check(z.regex(/^https?:\/\/[^\s/?#]+[^\s?#]*$/));

const upstream = z.union([
  z.strictObject({
    baseUrl,
    credential: z.enum(['required', 'optional']),
    /** What it speaks; an OpenAI-compatible server where nothing is said. */
    api: z.optional(z.enum(['openai-compatible', 'openai', 'azure-openai', 'anthropic', 'gemini'])),
    /** Whose deviations from OpenAI's dialect it has: `mistral`, `ollama`. @default those of its name */
    quirks: z.optional(providerName),
  }),
  /** With the function's own role: there is no key. */
  z.strictObject({ api: z.literal('bedrock'), baseUrl, region: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)) }),
  z.strictObject({ builtin: z.literal('echo') }),
]);

/** Which of their owners' systems the keys of a stage may be for. */
export const servedEnvironments = z.array(z.enum(['development', 'staging', 'production'])).check(z.minLength(1));

export const upstreams = z.record(providerName, upstream);
export type Upstreams = z.infer<typeof upstreams>;

/** What Lambda itself sets; the endpoints are the SDKs' own variables, set by the local runner. */
const lambdaRuntime = {
  AWS_REGION: z.string(),
  AWS_ENDPOINT_URL_DYNAMODB: z.optional(z.string()),
  AWS_ENDPOINT_URL_KMS: z.optional(z.string()),
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: z.optional(z.string()),
};

const json = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      const value: unknown = JSON.parse(text);
      return value;
    } catch {
      context.issues.push({ code: 'custom', message: 'not JSON', input: text });
      return z.NEVER;
    }
  }),
);

/** Schemas are made on demand: each costs time of the cold start, and a function reads but one of them. */
export const proxyEnvironment = () =>
  z.object({
    ...lambdaRuntime,
    [ENV.stage]: z.string(),
    [ENV.keysTable]: z.string(),
    [ENV.ledgerTable]: z.string(),
    [ENV.usageTable]: z.string(),
    [ENV.upstreams]: z.pipe(json, upstreams),
    [ENV.securityContacts]: z.pipe(json, z.array(z.string())),
    [ENV.environments]: z.pipe(json, servedEnvironments),
  });

export const adminEnvironment = () =>
  z.object({
    ...lambdaRuntime,
    [ENV.stage]: z.string(),
    [ENV.keysTable]: z.string(),
    [ENV.auditTable]: z.string(),
    [ENV.ledgerTable]: z.string(),
    [ENV.envelopeKeyArn]: z.string(),
    [ENV.upstreams]: z.pipe(json, upstreams),
  });

export const managementEnvironment = () =>
  z.object({
    ...lambdaRuntime,
    [ENV.stage]: z.string(),
    [ENV.keysTable]: z.string(),
    [ENV.ledgerTable]: z.string(),
    [ENV.usageTable]: z.string(),
    [ENV.auditTable]: z.string(),
    [ENV.envelopeKeyArn]: z.string(),
    [ENV.upstreams]: z.pipe(json, upstreams),
    [ENV.environments]: z.pipe(json, servedEnvironments),
  });

export const sweeperEnvironment = () =>
  z.object({
    ...lambdaRuntime,
    [ENV.stage]: z.string(),
    [ENV.ledgerTable]: z.string(),
    [ENV.usageTable]: z.string(),
  });

export const folderEnvironment = () =>
  z.object({
    ...lambdaRuntime,
    [ENV.stage]: z.string(),
    [ENV.ledgerTable]: z.string(),
    [ENV.usageTable]: z.string(),
  });

/** By handler file: `proxy` is handlers/proxy.lambda.ts. A template test parses each function's variables with its own. */
export const environments = {
  proxy: proxyEnvironment,
  admin: adminEnvironment,
  management: managementEnvironment,
  sweeper: sweeperEnvironment,
  folder: folderEnvironment,
} as const;

export function readEnvironment<Schema extends z.ZodMiniType>(makeSchema: () => Schema): z.infer<Schema> {
  return z.parse(makeSchema(), process.env);
}

const awsCredentials = z.pipe(
  z.object({
    AWS_ACCESS_KEY_ID: z.string(),
    AWS_SECRET_ACCESS_KEY: z.string(),
    AWS_SESSION_TOKEN: z.optional(z.string()),
  }),
  z.transform((variables) => ({
    accessKeyId: variables.AWS_ACCESS_KEY_ID,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
    sessionToken: variables.AWS_SESSION_TOKEN,
  })),
);

/** The credentials of the function's role, which Lambda may replace: read them anew for each call. */
export function readAwsCredentials(): z.infer<typeof awsCredentials> {
  return z.parse(awsCredentials, process.env);
}
