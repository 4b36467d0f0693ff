import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { InvocationResult } from '../lambda/invocation.ts';
import type { SignatureVerdict, SignedRequest } from '../operator/verify-signature.ts';
import type { ApiModel, Route } from '../template/api-model.ts';
import type { WebAclFront } from '../waf/web-acl-front.ts';
import { createAccessLogFormatter } from './access-log.ts';
import { AnswerWriter } from './answer-writer.ts';
import {
  createGatewayResponseRenderer,
  type GatewayResponseRenderer,
  type Refusal,
  refusals,
} from './gateway-response.ts';
import { listenLocally } from './listen-locally.ts';
import { createRouteMatcher, type RouteMatch } from './match-route.ts';
import { buildProxyEvent } from './proxy-event.ts';
import { readBody } from './read-body.ts';
import { type CallerIdentity, createRequestContext, type RequestContext } from './request-context.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface ApiFrontOptions {
  readonly api: ApiModel;
  /** Sees every request first. */
  readonly webAcl: WebAclFront | undefined;
  readonly invoke: (functionName: string, event: unknown) => Promise<InvocationResult>;
  /** Checks the signature of a request to an IAM-authorized route. */
  readonly verify: (request: SignedRequest) => Promise<SignatureVerdict>;
  /** Whom a valid signature stands for. */
  readonly caller: () => CallerIdentity;
  readonly writeAccessLog: (line: string) => void;
  readonly clock: () => number;
  readonly newId: () => string;
}

/** The HTTP side of the REST API of the template. */
export interface ApiFront {
  readonly port: number;
  /** Takes no more requests, and waits this long at most for those that run. */
  close(graceMs: number): Promise<void>;
}

/** Request line and headers together, as API Gateway counts them. */
const headerLimitBytes = 10_240;
/** Node's own limit lies above it, so that the refusal is the API's. */
const parserLimitBytes = 64 * 1024;
const keepAliveMs = 60_000;

/**
 * Serves the API on 127.0.0.1.
 * @throws the system's error, `EADDRINUSE` where the port is taken.
 */
export async function startApiFront(options: ApiFrontOptions, port: number): Promise<ApiFront> {
  const { api } = options;
  const render = createGatewayResponseRenderer(api);
  const formatAccess = createAccessLogFormatter(api, api.accessLog?.format ?? '');
  const serve = createPipeline(options);
  const server = createServer(
    { maxHeaderSize: parserLimitBytes, keepAliveTimeout: keepAliveMs },
    (request, response) => {
      const context = createRequestContext(request, options);
      const answer = new AnswerWriter({ response, context, api, render, clock: options.clock });
      response.on('close', () => {
        answer.finish();
        if (api.accessLog !== undefined) options.writeAccessLog(formatAccess(context, answer.facts));
      });
      serve({ request, response, context, answer }).then(
        (refused) => {
          if (refused !== undefined) answer.refuse(refused);
        },
        () => answer.refuse(refusals.functionFailed),
      );
    },
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const refused = error.code === 'HPE_HEADER_OVERFLOW' ? refusals.headersTooLarge : refusals.badRequest;
    answerBrokenRequest(socket, render, { refused, requestId: options.newId() });
  });
  return { port: await listenLocally(server, port), close: (graceMs) => closeServer(server, graceMs) };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: RequestContext;
  readonly answer: AnswerWriter;
}

/** The way of a request to its function. Resolves with the refusal where it ends before, or once the answer begins. */
function createPipeline(options: ApiFrontOptions): (exchange: Exchange) => Promise<Refusal | undefined> {
  const { api, clock } = options;
  const matchRoute = createRouteMatcher(api.routes);
  const takeToken = api.throttle === undefined ? () => true : createTokenBucket(api.throttle, clock);
  return async (exchange) => {
    const { request, context } = exchange;
    if (headerBytes(request) > headerLimitBytes) return refusals.headersTooLarge;
    const body = await readBody(request);
    if (body === 'aborted' || isBlocked(exchange, body, options)) return undefined;
    if (!takeToken()) return refusals.throttled;
    const match = matchRoute(context.method, context.path);
    if (match === undefined) return refusals.unknownRoute;
    context.resourcePath = match.route.resourcePath;
    if (body === 'too-large') return refusals.requestTooLarge;
    const refused = await authorize(match.route, { context, headers: request.headers, body }, options);
    if (refused === undefined) await integrate(exchange, { match, body }, options);
    return refused;
  };
}

/** Whether the web ACL has answered the request. */
function isBlocked(
  { request: { headers }, context, answer }: Exchange,
  body: Buffer | 'too-large',
  { webAcl }: ApiFrontOptions,
): boolean {
  const verdict = webAcl?.({ context, headers, body });
  if (verdict === undefined) return false;
  context.wafResponseCode = verdict.action === 'block' ? 'WAF_BLOCK' : 'WAF_ALLOW';
  if (verdict.action === 'block') answer.block(verdict);
  return verdict.action === 'block';
}

interface Received {
  readonly context: RequestContext;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function authorize(
  { authorization }: Route,
  { context, headers, body }: Received,
  { verify, caller }: ApiFrontOptions,
): Promise<Refusal | undefined> {
  if (authorization === 'NONE') return undefined;
  const { method, path, query } = context;
  const verdict = await verify({ method, path, query, headers, body });
  if (verdict === 'valid') context.caller = caller();
  return refusalOfVerdict[verdict];
}

async function integrate(
  { request, response, context, answer }: Exchange,
  { match, body }: { readonly match: RouteMatch; readonly body: Buffer },
  { api, invoke }: ApiFrontOptions,
): Promise<void> {
  const { route } = match;
  const localPort = request.socket.localPort ?? 0;
  const event = buildProxyEvent({ context, match, rawHeaders: request.rawHeaders, body, localPort }, api);
  const timeout = setTimeout(() => answer.refuse(refusals.integrationTimeout), route.timeoutMs);
  response.on('close', () => clearTimeout(timeout));
  answer.startIntegration();
  answer.give(route, await invoke(route.functionName, event));
}

const refusalOfVerdict: Readonly<Record<SignatureVerdict, Refusal | undefined>> = {
  valid: undefined,
  missing: refusals.unknownRoute,
  'unknown-key': refusals.unknownCaller,
  expired: refusals.expiredSignature,
  mismatch: refusals.invalidSignature,
};

/** Each header counts with its name, its value and four bytes of punctuation. */
function headerBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, part) => sum + part.length + 2, method.length + url.length);
}

/** A request that is not HTTP has no response object: the answer is written as text. */
function answerBrokenRequest(
  socket: Duplex,
  render: GatewayResponseRenderer,
  { refused, requestId }: { readonly refused: Refusal; readonly requestId: string },
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = render(refused, { requestId });
  const lines = [...headers, ['content-length', Buffer.byteLength(body)], ['connection', 'close']];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${refused.message}\r\n${head}\r\n${body}`);
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A client keeps its connection open after the last answer, which would hold the server open as well.
  const sweep = setInterval(() => server.closeIdleConnections(), 25);
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
