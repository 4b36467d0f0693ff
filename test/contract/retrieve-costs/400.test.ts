import { describeBadReports } from '../common-report.ts';

describeBadReports('/v1/organization/costs', [
  ['start_time=0&limit=181', 'invalid_request', 'limit'],
  ['start_time=0&bucket_width=1m', 'invalid_request', 'bucket_width'],
]);
