import { describe, expect, test } from 'vitest';
import { createRouteMatcher } from '../../../local/http/match-route.ts';
import type { Route } from '../../../local/template/api-model.ts';

const route = (method: string, resourcePath: string): Route => ({
  resourcePath,
  method,
  authorization: 'NONE',
  functionName: `${method} ${resourcePath}`,
  transferMode: 'STREAM',
  timeoutMs: 1000,
});
const match = createRouteMatcher([
  route('ANY', '/v1/{proxy+}'),
  route('GET', '/v1/items/{id}'),
  route('GET', '/v1/items/special'),
  route('ANY', '/v1/items/special'),
  route('GET', '/healthz'),
  route('GET', '/'),
]);

describe('a request finds its route', () => {
  test.each([
    ['GET', '/healthz', 'GET /healthz', null],
    ['GET', '/', 'GET /', null],
    ['POST', '/v1/chat/completions', 'ANY /v1/{proxy+}', { proxy: 'chat/completions' }],
    ['GET', '/v1/items/special', 'GET /v1/items/special', null],
    ['PUT', '/v1/items/special', 'ANY /v1/items/special', null],
    ['GET', '/v1/items/7', 'GET /v1/items/{id}', { id: '7' }],
    ['GET', '/v1/items/7/8', 'ANY /v1/{proxy+}', { proxy: 'items/7/8' }],
    ['GET', '/v1/models/openai%2Fgpt', 'ANY /v1/{proxy+}', { proxy: 'models/openai%2Fgpt' }],
    ['GET', '/v1/a/', 'ANY /v1/{proxy+}', { proxy: 'a/' }],
  ])('%s %s', (method, path, functionName, pathParameters) => {
    const found = match(method, path);
    expect(found?.route.functionName).toBe(functionName);
    expect(found?.pathParameters).toEqual(pathParameters);
  });

  test.each([
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['POST', '/healthz'],
    ['GET', '/healthz/'],
    ['GET', '/healthz/x'],
    ['GET', '//v1/x'],
    ['GET', '/V1/x'],
    ['GET', 'v1/x'],
    ['OPTIONS', '*'],
  ])('%s %s has none', (method, path) => {
    expect(match(method, path)).toBeUndefined();
  });

  test('a resource that lacks the method does not give way to a wider one', () => {
    expect(match('DELETE', '/v1/items/7')).toBeUndefined();
  });
});
