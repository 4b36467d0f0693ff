// A DynamoDB that holds the benchmark's key and account, and lets every change of their counters through. It keeps which
// reservations are open, as every answer carries them all, and nothing else.
import { crc32 } from 'node:zlib';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { accountKey, keyKey, scopeKey } from '../../lambdas/aws/item-keys.ts';
import { benchPolicy, busyScopeState } from './bench-policy.ts';
import { formatHead } from './http-head.ts';

const { key, account } = benchPolicy;
const keyAnswer = JSON.stringify({ Item: { ...keyKey(key.id), ...encodeItem(key) } });
const accountAnswer = JSON.stringify({ Item: { ...accountKey(account.id), ...encodeItem(account) } });

/** Of the item's attributes all but `open`, by scope, for a minute. */
const rests = new Map<string, { readonly minute: number; readonly text: string }>();
const openByScope = new Map<string, Map<string, string>>();

function restOf(scope: string): string {
  const nowMs = Date.now();
  const { open: _, ...state } = busyScopeState({}, nowMs);
  const kept = rests.get(scope);
  if (kept?.minute === state.windowMinute) return kept.text;
  const item = { ...scopeKey(scope), ...encodeItem(state), leaseShard: { S: 'LEASES#3' } };
  const text = JSON.stringify(item).slice(1, -1);
  rests.set(scope, { minute: state.windowMinute, text });
  return text;
}

/** Parsing every request would make this the slowest process of all. */
const updatePattern = /"S":"SCOPE#([^"]+)".*"UpdateExpression":"([^"]+)".*"#id":"([^"]+)".*":entry":\{"S":"([^"]+)"/;

function answerUpdate(body: string): string {
  const [, scope, expression, requestId, packed] = updatePattern.exec(body) ?? [];
  if (scope === undefined || expression === undefined || requestId === undefined || packed === undefined) {
    throw new Error('an UpdateItem that the mock store does not understand');
  }
  const open = openByScope.get(scope) ?? new Map<string, string>();
  openByScope.set(scope, open);
  if (expression.includes('REMOVE #open.#id')) open.delete(requestId);
  else open.set(requestId, `"${requestId}":{"S":"${packed}"}`);
  return `{"Attributes":{${restOf(scope)},"open":{"M":{${[...open.values()].join(',')}}}}}`;
}

function answer(operation: string, body: string): string {
  switch (operation) {
    case 'GetItem':
      if (body.includes('#PRICES"')) return '{}';
      return body.includes('"KEY#') ? keyAnswer : accountAnswer;
    case 'UpdateItem':
      return answerUpdate(body);
    case 'PutItem':
      return '{}';
    default:
      throw new Error(`the mock store does not know ${operation}`);
  }
}

/** The whole response, its head included. Throws for what the data plane does not send. */
export function answerStoreCall(operation: string, body: string): Buffer {
  const bytes = Buffer.from(answer(operation, body));
  const head = formatHead('HTTP/1.1 200 OK', {
    server: 'Server',
    date: 'Sun, 22 Nov 2026 12:00:00 GMT',
    'content-type': 'application/x-amz-json-1.0',
    'content-length': String(bytes.length),
    'x-amzn-requestid': 'BENCH0123456789BENCH0123456789BENCH0123456789BENCH012',
    'x-amz-crc32': String(crc32(bytes)),
  });
  return Buffer.concat([Buffer.from(head), bytes]);
}
