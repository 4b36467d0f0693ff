// A process: the data plane as it deploys, behind plain node:http in the place of API Gateway and Lambda.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createDynamoLedger } from '../../lambdas/aws/dynamo-ledger.ts';
import { createDynamoPolicyStore } from '../../lambdas/aws/dynamo-policy-store.ts';
import { createDynamoPriceBook } from '../../lambdas/aws/dynamo-price-book.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { equalInConstantTime } from '../../lambdas/crypto/equal-in-constant-time.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { createLedger } from '../../lambdas/domain/limits/create-ledger.ts';
import { noPrices } from '../../lambdas/domain/pricing/price-list.ts';
import { createDataPlane, type DataPlanePorts } from '../../lambdas/handlers/data-plane.ts';
import type { ResponseSink } from '../../lambdas/http/gateway-request.ts';
import { createRouting } from '../../lambdas/operations/create-routing.ts';
import { createProviders } from '../../lambdas/providers/registry.ts';
import { createAgreeableStores } from './agreeable-stores.ts';
import { benchPolicy } from './bench-policy.ts';
import { serveMeters } from './meters.ts';
import { providerOf, replyKinds } from './workloads.ts';

const [port, store] = process.argv.slice(2);
const mockUrl = `http://127.0.0.1:${port}`;
const now = () => Date.now();
const nowSeconds = () => Math.floor(Date.now() / 1000);

type StorePorts = Pick<DataPlanePorts, 'policies' | 'ledger' | 'prices'>;

function createMemoryStores(): StorePorts {
  const findPolicy = async (id: string) => (id === benchPolicy.key.id ? benchPolicy : undefined);
  return {
    policies: { loadPolicy: findPolicy, reloadPolicy: findPolicy },
    ledger: createLedger({ ...createAgreeableStores(now), now }),
    prices: { readPrices: async () => noPrices },
  };
}

/** The adapters of the deployed function. A role's session token is long, and every byte of it is signed. */
function createDynamoStores(): StorePorts {
  const credentials = { accessKeyId: 'ASIABENCH', secretAccessKey: 'bench', sessionToken: 'bench/'.repeat(120) };
  const client = createJsonClient({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint: mockUrl,
    credentials: () => credentials,
    now,
    random: Math.random,
  });
  const tables = { keysTable: 'keys', ledgerTable: 'ledger', usageTable: 'usage' };
  return {
    policies: createDynamoPolicyStore({ client, ...tables, now }),
    ledger: createDynamoLedger({ client, ...tables, now }),
    prices: createDynamoPriceBook({ client, table: tables.keysTable, now }),
  };
}

const serve = createDataPlane({
  ...(store === 'store' ? createDynamoStores() : createMemoryStores()),
  environments: ['development', 'staging', 'production'],
  digestMatches: (secret, sha256) => equalInConstantTime(sha256Hex(secret), sha256),
  credentials: { reveal: async () => 'sk-bench', has: async () => true },
  providers: createProviders(
    Object.fromEntries(
      replyKinds.map((kind) => [providerOf[kind], { baseUrl: `${mockUrl}/${kind}`, credential: 'required' }]),
    ),
    { newId: () => 'bench', nowSeconds, signForBedrock: () => ({}) },
  ),
  routing: createRouting({ now, random: Math.random }),
  nowSeconds,
  nowMs: now,
  securityContacts: [],
  elapsedMs: () => performance.now(),
  stage: 'bench',
  writeLine: (line) => void process.stdout.write(`${line}\n`),
});

/** Not `for await`: the host's own cost is counted too, so it is kept near the do-nothing proxy's. */
function readBody(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => resolve(Buffer.concat(pieces)));
    incoming.on('error', reject);
  });
}

function readHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') flat[name] = value;
  return flat;
}

function createSink(outgoing: ServerResponse): ResponseSink {
  return {
    begin: (status, headers) => void outgoing.writeHead(status, headers),
    write(chunk) {
      if (outgoing.write(chunk)) return undefined;
      return new Promise((resolve) => outgoing.once('drain', resolve));
    },
    end: () => void outgoing.end(),
  };
}

let requests = 0;
async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  requests += 1;
  const request = {
    // As long as those of API Gateway.
    requestId: `${requests}`.padStart(36, '0'),
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: readHeaders(incoming),
    body: await readBody(incoming),
    sourceIp: '127.0.0.1',
    remainingMs: 900_000,
  };
  await serve(request, createSink(outgoing));
}

serveMeters(createServer((incoming, outgoing) => void handle(incoming, outgoing)));
