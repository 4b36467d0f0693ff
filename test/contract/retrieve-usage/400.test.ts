import { describeBadReports } from '../common-report.ts';

describeBadReports('/v1/organization/usage/completions', [
  ['start_time=0&limit=32', 'invalid_request', 'limit'],
  ['start_time=0&bucket_width=1m&limit=1441', 'invalid_request', 'limit'],
  ['start_time=0&group_by=line_item', 'invalid_request', 'group_by[0]'],
]);
