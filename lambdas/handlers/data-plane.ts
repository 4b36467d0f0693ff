import type { Permission } from '../domain/access/permissions.ts';
import type { Answer } from '../domain/answer.ts';
import { errorDialects } from '../domain/error-dialects.ts';
import { accept, GatewayFault, type Outcome, refuse } from '../domain/errors.ts';
import type { Note, RequestFacts } from '../domain/request-facts.ts';
import type { Surface } from '../domain/upstream/chat-provider.ts';
import { explainFault, explainRefusal, type Told } from '../http/explain.ts';
import type { GatewayRequest, ResponseSink } from '../http/gateway-request.ts';
import { preflight } from '../http/preflight.ts';
import { readPresented } from '../http/read-presented.ts';
import { type LogContext, logFault, logRequest } from '../http/request-log.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { clockFirstByte, sendAnswer } from '../http/send-answer.ts';
import { chatCompletions } from '../operations/chat-completions.ts';
import { checkHealth } from '../operations/check-health.ts';
import { type Caller, type IdentifyPorts, identify } from '../operations/identify.ts';
import type { InferenceInput, InferencePorts } from '../operations/inference.ts';
import { listAllModels } from '../operations/list-models.ts';
import { retrieveModel } from '../operations/retrieve-model.ts';
import { securityTxt } from '../operations/security-txt.ts';

export interface DataPlanePorts extends IdentifyPorts, InferencePorts, LogContext {
  /** Whom to tell of a vulnerability. */
  readonly securityContacts: readonly string[];
}

/** Serves one request to its end, beside any number of others; never throws. */
export type DataPlane = (request: GatewayRequest, sink: ResponseSink) => Promise<void>;

/** In base64 this still fits Lambda's event of 6 MB, whatever the bytes are. */
export const maxBodyBytes = 4_500_000;

interface Route {
  /** As it is named everywhere: file, test folder, metric. */
  readonly name: string;
  /** Whose dialect its errors are told in. @default OpenAI's */
  readonly surface?: Surface;
  readonly serve: (request: GatewayRequest, ports: DataPlanePorts, note: Note) => Promise<Outcome<Answer>>;
}

const modelPrefix = '/v1/models/';

type ServeCaller = (
  request: GatewayRequest,
  ports: DataPlanePorts,
  who: {
    readonly caller: Caller;
    /** As the store has them now. */
    readonly identifyAnew: () => Promise<Outcome<Caller>>;
    readonly note: Note;
  },
) => Promise<Outcome<Answer>>;

/** For a signed-in caller alone, and with a body of bearable size. */
function withKey(age: 'cached' | 'fresh', serve: ServeCaller, permission?: Permission): Route['serve'] {
  return async (request, ports, note) => {
    const who = { presented: readPresented(request), permission };
    const caller = await identify(who, age, ports);
    if (!caller.ok) return caller;
    const { key, account } = caller.value;
    note({ keyId: key.id, accountId: account.id, ...(key.zeroLogging && { zeroLogging: true }) });
    if (request.body.length > maxBodyBytes) {
      return refuse('request_too_large', `The request body is larger than ${maxBodyBytes} bytes.`);
    }
    return serve(request, ports, { caller: caller.value, identifyAnew: () => identify(who, 'fresh', ports), note });
  };
}

type Infer = (input: InferenceInput, ports: InferencePorts) => Promise<Outcome<Answer>>;

/** A route that a model provider answers, in the end; what most instances never serve is loaded when it is first asked for. */
function inference(surface: Surface, load: () => Infer | Promise<Infer>): Route {
  const serve: ServeCaller = async (request, ports, who) => (await load())({ ...request, ...who }, ports);
  return { name: surface, surface, serve: withKey('cached', serve, 'inference') };
}

export const routes: Readonly<Record<string, Route>> = {
  'GET /healthz': { name: 'check-health', serve: async () => accept(checkHealth()) },
  'GET /.well-known/security.txt': {
    name: 'security-txt',
    serve: async (_request, { securityContacts, nowSeconds }) => securityTxt(securityContacts, nowSeconds()),
  },
  'GET /v1/models': {
    name: 'list-models',
    serve: withKey('fresh', (_request, ports, { caller }) => listAllModels(caller.account, ports)),
  },
  'POST /v1/chat/completions': inference('chat-completions', () => chatCompletions),
  'POST /v1/responses': inference('responses', async () => (await import('../operations/responses.ts')).responses),
  'POST /v1/messages': inference('messages', async () => (await import('../operations/messages.ts')).messages),
  'POST /v1/messages/count_tokens': inference(
    'count-tokens',
    async () => (await import('../operations/count-tokens.ts')).countTokens,
  ),
  'POST /v1/embeddings': inference('embeddings', async () => (await import('../operations/embeddings.ts')).embeddings),
  'POST /v1/moderations': inference(
    'moderations',
    async () => (await import('../operations/moderations.ts')).moderations,
  ),
};

const retrieveModelRoute: Route = {
  name: 'retrieve-model',
  serve: withKey('fresh', ({ path }, ports, { caller }) =>
    retrieveModel(path.slice(modelPrefix.length), caller.account, ports),
  ),
};

const unknownRoute: Route = {
  name: 'unknown',
  serve: async () => refuse('not_found', 'There is no such route. See the documentation for the routes under /v1.'),
};

/** It carries no key, so whoever asks is told what may be sent; the request itself is held to the key's domains. */
const preflightRoute: Route = { name: 'preflight', serve: async () => accept(preflight) };

function findRoute({ method, path }: GatewayRequest): Route {
  const route = routes[`${method} ${path}`];
  if (route !== undefined) return route;
  if (method === 'OPTIONS' && path.startsWith('/v1/')) return preflightRoute;
  return method === 'GET' && path.startsWith(modelPrefix) ? retrieveModelRoute : unknownRoute;
}

function recordFault(cause: unknown, { requestId }: GatewayRequest, { writeLine }: DataPlanePorts, note: Note): void {
  note({ code: cause instanceof GatewayFault ? cause.code : 'internal_error' });
  logFault(writeLine, requestId, cause);
}

function toldTo({ surface }: Route, { requestId }: GatewayRequest): Told | undefined {
  return surface && { dialect: errorDialects[surface], requestId };
}

async function decide(route: Route, request: GatewayRequest, ports: DataPlanePorts, note: Note): Promise<Answer> {
  const told = toldTo(route, request);
  try {
    const outcome = await route.serve(request, ports, note);
    if (outcome.ok) return outcome.value;
    note({ code: outcome.refusal.code });
    return explainRefusal(outcome.refusal, told);
  } catch (cause) {
    recordFault(cause, request, ports, note);
    return explainFault(cause, told);
  }
}

function withOwnHeaders(answer: Answer, requestId: string, overheadMs: number): Answer {
  const own = { 'x-request-id': requestId, 'x-portcullis-overhead-ms': overheadMs.toFixed(1) };
  return { ...answer, headers: { ...securityHeaders, ...answer.headers, ...own } };
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The whole data plane, whatever host carries it: no state of a request outlives it, none is shared. */
export function createDataPlane(ports: DataPlanePorts): DataPlane {
  return async (request, sink) => {
    const startedAtMs = ports.elapsedMs();
    const route = findRoute(request);
    const clocked = clockFirstByte(sink, ports.elapsedMs);
    const facts: RequestFacts = {};
    const note: Note = (more) => void Object.assign(facts, more);
    const answer = await decide(route, request, ports, note);
    const overheadMs = ports.elapsedMs() - startedAtMs - (facts.upstreamMs ?? 0);
    try {
      await sendAnswer(withOwnHeaders(answer, request.requestId, overheadMs), clocked, ports.elapsedMs);
    } catch (cause) {
      recordFault(cause, request, ports, note);
    }
    try {
      await answer.settle?.();
    } catch (cause) {
      // The client has its answer; the sweeper settles what could not be settled here.
      note({ isUnsettled: true });
      recordFault(cause, request, ports, note);
    }
    const durationMs = Math.round(ports.elapsedMs() - startedAtMs);
    const firstByteAtMs = clocked.firstByteAtMs();
    logRequest(ports, {
      requestId: request.requestId,
      route: route.name,
      status: answer.status,
      durationMs,
      overheadMs: toTenths(overheadMs),
      firstByteMs: firstByteAtMs === undefined ? undefined : toTenths(firstByteAtMs - startedAtMs),
      ...facts,
    });
  };
}
