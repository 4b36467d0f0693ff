import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import type { Caller, ManagementInput } from '../domain/management-call.ts';
import { explainRefusal } from './explain.ts';
import type { ManagementRequest } from './management-request.ts';
import { preflight } from './preflight.ts';
import { type ProxyResult, toProxyResult } from './proxy-result.ts';

/** Far above what any management request needs. */
export const MAX_BODY_BYTES = 64 * 1024;

export interface ManagementRoute<From extends object = Caller> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Its groups are handed to `run`, in order. */
  readonly path: RegExp;
  /** Whether this caller may. @default whoever was identified */
  readonly permit?: (caller: From) => Outcome<unknown>;
  readonly run: (call: From & ManagementInput, ...pathParameters: string[]) => Promise<Outcome<Answer>>;
}

/** Who sends a request. Throws where that cannot be found out. */
export type Identify<From extends object> = (request: ManagementRequest) => Promise<Outcome<From>>;

/** The body, or the query of a method that has none. */
function readInput({ method, query, body }: ManagementRequest): Outcome<unknown> {
  if (method === 'GET' || method === 'DELETE') return accept(query);
  if (body.length > MAX_BODY_BYTES) {
    return refuse('request_too_large', `The request body is larger than ${MAX_BODY_BYTES} bytes.`);
  }
  const parsed = parseJsonObject(body);
  return parsed.ok ? accept(parsed.value.value) : parsed;
}

/** A route with whoever may take it. */
export interface BoundRoute extends Pick<ManagementRoute, 'method' | 'path'> {
  readonly serve: (request: ManagementRequest, pathParameters: readonly string[]) => Promise<Outcome<Answer>>;
}

/** Finds who calls, then what they may, then what they sent: a stranger learns nothing of what is wrong with the rest. */
export function bindRoutes<From extends object>(
  routes: readonly ManagementRoute<From>[],
  identify: Identify<From>,
): BoundRoute[] {
  return routes.map(({ method, path, permit, run }) => ({
    method,
    path,
    async serve(request, pathParameters) {
      const caller = await identify(request);
      if (!caller.ok) return caller;
      const permitted = permit?.(caller.value);
      if (permitted?.ok === false) return permitted;
      const input = readInput(request);
      if (!input.ok) return input;
      const { requestId, headers } = request;
      return run({ ...caller.value, requestId, input: input.value, ifMatch: headers['if-match'] }, ...pathParameters);
    },
  }));
}

/** An unknown route is told as such whatever was sent to it. */
export function routeAmong(routes: readonly BoundRoute[]) {
  async function dispatch(request: ManagementRequest): Promise<Outcome<Answer>> {
    if (request.method === 'OPTIONS') return accept(preflight);
    for (const { method, path, serve } of routes) {
      const [matched, ...pathParameters] = path.exec(request.path) ?? [];
      if (matched !== undefined && method === request.method) return serve(request, pathParameters);
    }
    return refuse('not_found', 'There is no such management route.');
  }

  return async function route(request: ManagementRequest): Promise<ProxyResult> {
    const outcome = await dispatch(request);
    return toProxyResult(outcome.ok ? outcome.value : explainRefusal(outcome.refusal), request.requestId);
  };
}

export function createManagementRouter<From extends object>(
  routes: readonly ManagementRoute<From>[],
  identify: Identify<From>,
) {
  return routeAmong(bindRoutes(routes, identify));
}
