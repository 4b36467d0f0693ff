import { describe, it } from 'vitest';
import { expectRefusal } from '../support/expect-error.ts';
import { send } from '../support/gateway.ts';

/** Query string, code, and the field that is named: what every report of usage does with what it cannot make sense of. */
type BadQuery = readonly [string, 'invalid_request' | 'unknown_parameter', string];

const common: readonly BadQuery[] = [
  ['', 'invalid_request', 'start_time'],
  ['start_time=yesterday', 'invalid_request', 'start_time'],
  ['start_time=-1', 'invalid_request', 'start_time'],
  ['start_time=1.5', 'invalid_request', 'start_time'],
  ['start_time=1795597800000', 'invalid_request', 'start_time'],
  ['start_time=1&start_time=2', 'invalid_request', 'start_time'],
  ['start_time=10&end_time=10', 'invalid_request', 'end_time'],
  ['start_time=10&end_time=9', 'invalid_request', 'end_time'],
  ['start_time=10&end_time=', 'invalid_request', 'end_time'],
  ['start_time=0&bucket_width=5m', 'invalid_request', 'bucket_width'],
  ['start_time=0&bucket_width[]=1d', 'invalid_request', 'bucket_width'],
  ['start_time=0&limit=0', 'invalid_request', 'limit'],
  ['start_time=0&limit=-3', 'invalid_request', 'limit'],
  ['start_time=0&limit=many', 'invalid_request', 'limit'],
  ['start_time=0&limit=99999', 'invalid_request', 'limit'],
  ['start_time=0&bucket_width=1h&limit=169', 'invalid_request', 'limit'],
  ['start_time=0&group_by=team', 'invalid_request', 'group_by[0]'],
  ['start_time=0&group_by=model&group_by=project_id', 'invalid_request', 'group_by[1]'],
  ['start_time=0&group_by=', 'invalid_request', 'group_by[0]'],
  ['start_time=0&models[]=', 'invalid_request', 'models[0]'],
  ['start_time=0&api_key_ids=', 'invalid_request', 'api_key_ids[0]'],
  ['start_time=0&page=2', 'invalid_request', 'page'],
  ['start_time=0&page=page_5', 'invalid_request', 'page'],
  ['start_time=864000&page=page_86400', 'invalid_request', 'page'],
  ['start_time=0&project_ids=p', 'unknown_parameter', 'project_ids'],
  ['start_time=0&user_ids[]=u', 'unknown_parameter', 'user_ids'],
  ['start_time=0&constructor=u', 'unknown_parameter', 'constructor'],
];

export function describeBadReports(path: string, more: readonly BadQuery[]): void {
  describe(`GET ${path} refuses`, () => {
    it.each([...common, ...more])('?%s as %s of %s', async (query, code, param) => {
      expectRefusal(await send({ path: `${path}?${query}` }), { status: 400, code, param });
    });
  });
}
