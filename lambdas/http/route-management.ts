import type { Answer } from '../domain/answer.ts';
import { type Outcome, refuse } from '../domain/errors.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import type { ManagementRequest } from './management-request.ts';

/** Far above what any management request needs. */
const MAX_BODY_BYTES = 64 * 1024;

export interface ManagementRoute {
  readonly method: string;
  /** Its groups are handed to `run`, in order. */
  readonly path: RegExp;
  readonly run: (call: ManagementCall, ...pathParameters: string[]) => Promise<Outcome<Answer>>;
}

/** Finds the route, then reads the body, so that an unknown route is told as such whatever was sent to it. */
export function createManagementRouter(routes: readonly ManagementRoute[]) {
  return async function route(request: ManagementRequest): Promise<Outcome<Answer>> {
    for (const { method, path, run } of routes) {
      const [matched, ...pathParameters] = path.exec(request.path) ?? [];
      if (matched === undefined || method !== request.method) continue;
      if (request.body.length > MAX_BODY_BYTES) {
        return refuse('request_too_large', `The request body is larger than ${MAX_BODY_BYTES} bytes.`);
      }
      const body = parseJsonObject(request.body);
      if (!body.ok) return body;
      return run({ requestId: request.requestId, actor: request.actor, input: body.value.value }, ...pathParameters);
    }
    return refuse('not_found', 'There is no such management route.');
  };
}
