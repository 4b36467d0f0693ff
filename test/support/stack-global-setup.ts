import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { openAccessRecord } from './access-record.ts';
import { findFreePort } from './free-port.ts';
import type { GatewayContext } from './gateway.ts';
import { productAssembly, startTestStack, tableNamed } from './local-stack.ts';
import { providerCredential } from './provider-credential.ts';

const fault = z.enum(['throttle', 'conflict', 'internal-error', 'timeout', 'lose-answer']);

/**
 * One gateway for all files of the `stack` project: starting one takes seconds. It lives in vitest's own process, and the
 * tests reach it as anyone does, over HTTP; a file tells its store when to fail.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-shared-'));
  const faultFile = join(folder, 'fault');
  openAccessRecord(join(folder, 'access.jsonl'));
  // A copy, as the cache is made anew under a running stack where a source changes meanwhile.
  const assemblyDir = join(folder, 'assembly');
  await cp(await productAssembly(), assemblyDir, { recursive: true });
  const upstreamPort = await findFreePort();
  const upstreamUrl = `http://127.0.0.1:${upstreamPort}/v1`;
  const stack = await startTestStack({
    assemblyDir,
    environment: { OPENAI_API_KEY: providerCredential },
    upstreams: new Map([
      ['openai', upstreamUrl],
      ['open', upstreamUrl],
      ['sealed', upstreamUrl],
      ['dead', 'http://127.0.0.1:9/v1'],
      ['nowhere', 'http://nowhere.invalid/v1'],
    ]),
    faults: () => (existsSync(faultFile) ? fault.parse(readFileSync(faultFile, 'utf8')) : undefined),
  });
  const { baseUrl, url: origin, accountId, masterKey, dataDir, endpoints } = stack;
  if (masterKey === undefined) throw new Error('a fresh data folder gave no master key');
  const tables: GatewayContext['tables'] = {
    keys: tableNamed(stack, 'Keys'),
    audit: tableNamed(stack, 'Audit'),
    ledger: tableNamed(stack, 'Ledger'),
    usage: tableNamed(stack, 'Usage'),
  };
  const { dynamodb: dynamodbUrl, kms: kmsUrl } = endpoints;
  const store = { dynamodbUrl, kmsUrl, tables, faultFile };
  provide('gateway', { baseUrl, origin, masterKey, accountId, dataDir, upstreamPort, ...store });
  return async () => {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
