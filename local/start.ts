import { randomBytes, randomUUID } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Faults } from './dynamodb/faults.ts';
import { lockDirectory } from './files/lock-directory.ts';
import { type ApiFront, startApiFront } from './http/api-front.ts';
import type { AccessObservers } from './iam/gatekeeper.ts';
import { createFunctionFleet, type FunctionFleet } from './lambda/function-fleet.ts';
import { functionVariables, type ServiceEndpoints } from './lambda/function-variables.ts';
import { createInvokeForEffect } from './lambda/invoke-for-effect.ts';
import { createLocalFunctionPool } from './lambda/local-function-pool.ts';
import { type LogGroups, openLogGroups } from './logs/log-group.ts';
import { ensureFirstAccount, type LocalAccount, storeProviderCredentials } from './operator/first-account.ts';
import { createOperatorClient } from './operator/operator-client.ts';
import { ensureOperatorCredentials, type OperatorCredentials } from './operator/operator-credentials.ts';
import { verifySignature } from './operator/verify-signature.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
import { StartError } from './start-error.ts';
import { startServices } from './start-services.ts';
import { ensureAssembly } from './synthesize.ts';
import { readStackAssembly } from './template/cloud-assembly.ts';
import { localAccountId } from './template/physical-identity.ts';
import { readStackModel, type StackModel } from './template/stack-model.ts';
import { startTriggers } from './triggers/start-triggers.ts';
import { providerCredentials, withUpstreams } from './upstreams.ts';
import { createWebAclFront } from './waf/web-acl-front.ts';

export interface LocalOptions extends AccessObservers {
  /** 0: any free port. */
  readonly port: number;
  /** Everything that the gateway stores; made with mode 0700. One process at a time. */
  readonly dataDir: string;
  /** Base URLs by provider name, in place of, or beside, those of the template. */
  readonly upstreams: ReadonlyMap<string, string>;
  /** @default - synthesized, and kept in the data folder for as long as the sources stay the same */
  readonly assemblyDir?: string;
  /** Processes per function. @default - what half of the machine's memory holds, at least 8, at most 128 */
  readonly maxEnvironments?: number;
  /** Where `PATH` and the providers' credentials are read from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Progress and trouble, a line each; never anything of a request. */
  readonly log: (line: string) => void;
  /** Lets a test fail requests to the tables. @default none */
  readonly faults?: Faults;
}

/** A running gateway. */
export interface LocalStack {
  /** Without a path, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** What an SDK takes: `url` and `/v1`. */
  readonly baseUrl: string;
  readonly accountId: string;
  /** At the first start of a data folder only. */
  readonly masterKey?: string;
  readonly operator: OperatorCredentials;
  readonly endpoints: ServiceEndpoints;
  /** Physical names by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
  /** Takes no more requests, lets those that run end (5 s), and stops everything. */
  stop(): Promise<void>;
}

/** How long running requests may take to end. */
const stopGraceMs = 5000;
const environmentBytes = 80 * 1024 * 1024;

/**
 * Runs the whole stack on this machine, ready for requests when it resolves.
 * @throws StartError or DirectoryInUseError for what the user can mend; nothing is left running after any error.
 */
export async function startLocal(options: LocalOptions): Promise<LocalStack> {
  const shutdown = createShutdown();
  try {
    return await bringUp(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function bringUp(options: LocalOptions, shutdown: Shutdown): Promise<LocalStack> {
  const { dataDir } = options;
  shutdown.add(lockDirectory(dataDir));
  const model = await loadModel(options);
  const logs = openLogGroups(join(dataDir, 'logs'), Date.now);
  shutdown.add(() => logs.close());
  const { endpoints, streams } = await startServices({ model, logs }, options, shutdown);
  const fleet = startFleet({ model, endpoints, logs }, options);
  shutdown.add(() => fleet.stop());
  const warmed = fleet.warm(new Set(model.api.routes.map(({ functionName }) => functionName)));
  // Awaited below, once the port is ours too.
  warmed.catch(() => undefined);
  const { url, operator } = await startFront({ model, fleet, logs }, options, shutdown);
  await warmed;
  const invoke = createInvokeForEffect(fleet.invoke);
  shutdown.add(startTriggers({ model, streams, invoke, report: options.log, clock: Date.now, newId: randomUUID }));
  const account = await signIn({ model, operator }, options);
  return {
    url,
    baseUrl: `${url}/v1`,
    ...account,
    operator,
    endpoints,
    tables: namesOf(model.tables),
    functions: namesOf(model.functions),
    stop: () => shutdown.run(),
  };
}

function namesOf(all: readonly { readonly logicalId: string; readonly name: string }[]): Record<string, string> {
  return Object.fromEntries(all.map(({ logicalId, name }) => [logicalId, name]));
}

async function loadModel({ dataDir, assemblyDir, environment, upstreams, log }: LocalOptions): Promise<StackModel> {
  const onSynthesize = () => log('Synthesizing the stack…');
  const directory =
    assemblyDir ?? (await ensureAssembly({ cacheDir: join(dataDir, 'cdk.out'), environment, onSynthesize }));
  const model = readStackModel(await readStackAssembly(directory));
  return { ...model, functions: model.functions.map((each) => withUpstreams(each, upstreams)) };
}

interface FleetParts {
  readonly model: StackModel;
  readonly endpoints: ServiceEndpoints;
  readonly logs: LogGroups;
}

function startFleet({ model, endpoints, logs }: FleetParts, { environment, maxEnvironments }: LocalOptions) {
  const byMemory = Math.floor(totalmem() / 2 / environmentBytes);
  const host = {
    logs,
    maxEnvironments: maxEnvironments ?? Math.min(128, Math.max(8, byMemory)),
    clock: Date.now,
    newId: randomUUID,
  };
  return createFunctionFleet(model.functions, (each) =>
    createLocalFunctionPool(each, functionVariables(each, endpoints, environment['PATH'] ?? ''), host),
  );
}

interface FrontParts {
  readonly model: StackModel;
  readonly fleet: FunctionFleet;
  readonly logs: LogGroups;
}

async function startFront({ model, fleet, logs }: FrontParts, options: LocalOptions, shutdown: Shutdown) {
  const { api, webAcl } = model;
  const accessLog = api.accessLog && logs.openStream(api.accessLog.logGroupName, 'access');
  const blockLog = webAcl?.blockLogGroup === undefined ? undefined : logs.openStream(webAcl.blockLogGroup, 'blocks');
  let operator: OperatorCredentials | undefined;
  const front = await listen(options.port, (port) =>
    startApiFront(
      {
        api,
        webAcl: webAcl && createWebAclFront(webAcl, { clock: Date.now, writeBlock: (line) => blockLog?.write(line) }),
        invoke: fleet.invoke,
        verify: async (request) =>
          operator === undefined ? 'unknown-key' : await verifySignature(request, operator, Date.now()),
        caller: () => ({
          accessKey: operator?.accessKeyId ?? '',
          userArn: `arn:aws:iam::${localAccountId}:user/local-operator`,
        }),
        writeAccessLog: (line) => accessLog?.write(line),
        clock: Date.now,
        newId: randomUUID,
      },
      port,
    ),
  );
  shutdown.add(() => front.close(stopGraceMs));
  const url = `http://127.0.0.1:${front.port}`;
  operator = await ensureOperatorCredentials({
    path: join(options.dataDir, 'operator-credentials.json'),
    url,
    randomBytes,
  });
  return { url, operator };
}

async function listen(port: number, start: (port: number) => Promise<ApiFront>): Promise<ApiFront> {
  try {
    return await start(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new StartError(`Port ${port} is in use. Choose another with --port, or --port 0 for any free one.`);
  }
}

async function signIn(
  { model, operator }: { readonly model: StackModel; readonly operator: OperatorCredentials },
  { dataDir, environment, log }: LocalOptions,
): Promise<LocalAccount> {
  const client = createOperatorClient(operator, fetch);
  const account = await ensureFirstAccount(join(dataDir, 'state.json'), client);
  const credentials = providerCredentials(model.functions, environment);
  await storeProviderCredentials(credentials, client);
  if (credentials.size > 0) log(`Credentials stored for ${[...credentials.keys()].join(', ')}.`);
  return account;
}
