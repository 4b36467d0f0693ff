import type { Answer } from '../domain/answer.ts';
import { type Outcome, refuse } from '../domain/errors.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { explainRefusal } from './explain.ts';
import type { ManagementRequest } from './management-request.ts';
import { type ProxyResult, toProxyResult } from './proxy-result.ts';

/** Far above what any management request needs. */
const MAX_BODY_BYTES = 64 * 1024;

export interface ManagementRoute {
  readonly method: string;
  /** Its groups are handed to `run`, in order. */
  readonly path: RegExp;
  readonly run: (call: ManagementCall, ...pathParameters: string[]) => Promise<Outcome<Answer>>;
}

async function serve(
  { run }: ManagementRoute,
  pathParameters: readonly string[],
  request: ManagementRequest,
): Promise<Outcome<Answer>> {
  const { requestId, actor, body } = request;
  if (body.length > MAX_BODY_BYTES) {
    return refuse('request_too_large', `The request body is larger than ${MAX_BODY_BYTES} bytes.`);
  }
  const parsed = parseJsonObject(body);
  return parsed.ok ? run({ requestId, actor, input: parsed.value.value }, ...pathParameters) : parsed;
}

function dispatch(routes: readonly ManagementRoute[], request: ManagementRequest): Promise<Outcome<Answer>> {
  for (const route of routes) {
    const [matched, ...pathParameters] = route.path.exec(request.path) ?? [];
    if (matched !== undefined && route.method === request.method) return serve(route, pathParameters, request);
  }
  return Promise.resolve(refuse('not_found', 'There is no such management route.'));
}

/** Finds the route, then reads the body, so that an unknown route is told as such whatever was sent to it. */
export function createManagementRouter(routes: readonly ManagementRoute[]) {
  return async function route(request: ManagementRequest): Promise<ProxyResult> {
    const outcome = await dispatch(routes, request);
    return toProxyResult(outcome.ok ? outcome.value : explainRefusal(outcome.refusal), request.requestId);
  };
}
