import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { AdminTarget, AwsIdentity } from './admin-target.ts';
import { CliError } from './cli-error.ts';

const TIMEOUT_MS = 30_000;

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `/admin`, e.g. `/accounts`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

const errorAnswer = z.object({ error: z.object({ message: z.string(), code: z.string() }) });

async function findIdentity(target: AdminTarget): Promise<AwsIdentity> {
  try {
    return await target.credentials();
  } catch (cause) {
    throw new CliError('auth', 'No AWS credentials were found: sign in (`aws sso login`), or set AWS_PROFILE.', {
      cause,
    });
  }
}

async function sign(
  target: AdminTarget,
  { method, path, query = {}, body }: AdminRequest,
): Promise<{ url: URL; init: RequestInit }> {
  const url = new URL(target.url.pathname.replace(/\/$/, '') + path, target.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const signer = new SignatureV4({
    service: 'execute-api',
    region: target.region,
    credentials: await findIdentity(target),
    sha256: Sha256,
  });
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { headers } = await signer.sign(
    new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: { ...query },
      headers: { host: url.host, 'content-type': 'application/json' },
      body: text,
    }),
  );
  // A signed request goes where it was signed for, or nowhere.
  const init: RequestInit = { method, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) };
  return { url, init: text === undefined ? init : { ...init, body: text } };
}

function explain(status: number, body: unknown, requestId: string): CliError {
  const parsed = errorAnswer.safeParse(body);
  const { code, message: said } = parsed.data?.error ?? { code: 'without a reason', message: 'No more is known.' };
  const message = `The gateway answered ${status} ${code}: ${said} Request id: ${requestId}.`;
  if (status === 401 || status === 403) return new CliError('auth', message);
  return new CliError(status < 500 && status !== 429 ? 'usage' : 'fault', message);
}

/** Resolves with the answer's parsed body. Throws CliError where there is none, or it is an error. */
export async function callAdmin(target: AdminTarget, request: AdminRequest, fetchUrl: typeof fetch): Promise<unknown> {
  const { url, init } = await sign(target, request);
  const response = await fetchUrl(url, init).catch((cause: unknown) => {
    throw new CliError('fault', `The gateway at ${url.origin} cannot be reached.`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw explain(response.status, body, response.headers.get('x-request-id') ?? 'unknown');
  return body;
}
