import type { AccountRoute } from '../http/account-router.ts';
import { type ListRequestsPorts, listRequests } from '../operations/list-requests.ts';
import type { ReportUsagePorts } from '../operations/report-usage.ts';
import { retrieveCosts } from '../operations/retrieve-costs.ts';
import { retrieveUsage } from '../operations/retrieve-usage.ts';

const usage = /^\/v1\/organization\/usage\/completions$/;
const requests = /^\/v1\/organization\/usage\/requests$/;
const costs = /^\/v1\/organization\/costs$/;

/** What an account has used, and what that costs. */
export function usageRoutes(ports: ReportUsagePorts & ListRequestsPorts): readonly AccountRoute[] {
  return [
    { operation: 'retrieve-usage', method: 'GET', path: usage, run: (call) => retrieveUsage(call, ports) },
    { operation: 'list-requests', method: 'GET', path: requests, run: (call) => listRequests(call, ports) },
    { operation: 'retrieve-costs', method: 'GET', path: costs, run: (call) => retrieveCosts(call, ports) },
  ];
}
