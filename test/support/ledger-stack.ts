import type { ServerResponse } from 'node:http';
import type { SweepReport } from '../../lambdas/operations/sweep-leases.ts';
import type { LocalOptions } from '../../local/start.ts';
import { type FakeUpstream, type Respond, startFakeUpstream } from './fake-upstream.ts';
import { createLedgerClient, type LedgerClient } from './ledger-client.ts';
import { nameOf, startTestStack, type TestStack, tableNamed } from './local-stack.ts';
import { providerCredential } from './provider-credential.ts';
import { sweepAhead } from './sweep-ahead.ts';
import { waitUntil } from './wait-until.ts';

/** A gateway of a test's own, before one provider: `openai`. */
export interface LedgerStack {
  readonly client: LedgerClient;
  /** What the sweeper comes to by a clock that is this far ahead. */
  sweep(aheadMs: number): Promise<SweepReport>;
  readonly upstream: FakeUpstream;
  readonly accountId: string;
  readonly gateway: TestStack;
  stop(): Promise<void>;
}

/** Through up to eight environments of each function, so that several instances share every scope. */
export async function startLedgerStack(options: Partial<LocalOptions> = {}): Promise<LedgerStack> {
  const upstream = await startFakeUpstream();
  const stack = await startTestStack({
    environment: { OPENAI_API_KEY: providerCredential },
    upstreams: new Map([['openai', upstream.url]]),
    maxEnvironments: 8,
    ...options,
  });
  const { url: origin, accountId, masterKey = '', dataDir, endpoints } = stack;
  const tables = { ledger: tableNamed(stack, 'Ledger'), usage: tableNamed(stack, 'Usage') };
  const sweeper = nameOf(stack.functions, 'Sweeper');
  const swept = { endpoint: endpoints.dynamodb, ledgerTable: tables.ledger, usageTable: tables.usage, sweeper };
  const client = createLedgerClient({
    origin,
    masterKey,
    accountId,
    dataDir,
    dynamodbUrl: endpoints.dynamodb,
    tables,
  });
  return {
    client,
    upstream,
    accountId,
    sweep: (aheadMs) => sweepAhead(swept, aheadMs),
    gateway: stack,
    async stop() {
      client.stop();
      await stack.stop();
      await upstream.close();
    },
  };
}

/** What a request reserves, nano-dollars: it is held at the provider, and looked at. `next` answers those that follow. */
export async function measureBound(
  { client, upstream }: Pick<LedgerStack, 'client' | 'upstream'>,
  body: object,
  next: Respond,
): Promise<number> {
  const { key } = await client.createKey({ max_budget: '1000.00' });
  const held: ServerResponse[] = [];
  upstream.respond((response) => held.push(response));
  const running = client.chat(key, body);
  await waitUntil('the request is at the provider', () => held.length > 0);
  const { reservedNano } = await client.readFigures(key);
  upstream.respond(next);
  held[0]?.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
  await running;
  return reservedNano;
}
