import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { type LocalStack, startLocal } from '../../local/start.ts';
import { ensureAssembly } from '../../local/synthesize.ts';
import { findFreePort } from './free-port.ts';
import type { GatewayContext } from './gateway.ts';

const fault = z.enum(['throttle', 'conflict', 'internal-error', 'timeout', 'lose-answer']);

function tableNamed({ tables }: LocalStack, logicalId: string): string {
  const [, name] = Object.entries(tables).find(([id]) => id.startsWith(logicalId)) ?? [];
  if (name === undefined) throw new Error(`the stack has no table ${logicalId}`);
  return name;
}

/**
 * One gateway for all files of the `stack` project: starting one takes seconds. It lives in vitest's own process, and the
 * tests reach it as anyone does, over HTTP; a file tells its store when to fail.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'portcullis-stack-'));
  const faultFile = join(dataDir, 'fault');
  const upstreamPort = await findFreePort();
  const environment = { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-provider-credential-0001' };
  const cacheDir = resolve('node_modules/.cache/portcullis-stack');
  const assemblyDir = await ensureAssembly({ cacheDir, environment, onSynthesize: () => undefined });
  const stack = await startLocal({
    port: 0,
    dataDir,
    assemblyDir,
    environment,
    log: () => undefined,
    upstreams: new Map([
      ['openai', `http://127.0.0.1:${upstreamPort}/v1`],
      ['open', `http://127.0.0.1:${upstreamPort}/v1`],
      ['dead', 'http://127.0.0.1:9/v1'],
      ['nowhere', 'http://nowhere.invalid/v1'],
    ]),
    faults: () => (existsSync(faultFile) ? fault.parse(readFileSync(faultFile, 'utf8')) : undefined),
  });
  const { baseUrl, url: origin, accountId, masterKey, endpoints } = stack;
  if (masterKey === undefined) throw new Error('a fresh data folder gave no master key');
  const tables: GatewayContext['tables'] = {
    keys: tableNamed(stack, 'Keys'),
    audit: tableNamed(stack, 'Audit'),
    ledger: tableNamed(stack, 'Ledger'),
    usage: tableNamed(stack, 'Usage'),
  };
  const dynamodbUrl = endpoints.dynamodb;
  provide('gateway', { baseUrl, origin, masterKey, accountId, dataDir, upstreamPort, dynamodbUrl, tables, faultFile });
  return async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
