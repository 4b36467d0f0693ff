import middy from '@middy/core';
import { ENV, managementEnvironment, readEnvironment } from '../env.ts';
import { createAccountRouter } from '../http/account-router.ts';
import { answerFaults } from '../http/answer-faults.ts';
import { readManagementRequest } from '../http/management-request.ts';
import { readPresented } from '../http/read-presented.ts';
import { identifyCaller } from '../operations/identify-caller.ts';
import { accountRoutes } from './account-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { createManagementPorts } from './management-ports.ts';
import { openRoutes, peopleRoutes } from './people-routes.ts';
import { usageRoutes } from './usage-routes.ts';

const env = readEnvironment(managementEnvironment);
const ports = createManagementPorts(env);
const route = createAccountRouter(
  [...keyRoutes(ports), ...accountRoutes(ports), ...peopleRoutes(ports), ...auditRoutes(ports), ...usageRoutes(ports)],
  (request) => identifyCaller(readPresented(request), ports),
  openRoutes(ports),
);
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

export const handler = middy()
  .use(answerFaults({ stage: env[ENV.stage], nowMs: () => Date.now(), writeLine }))
  .use(readManagementRequest())
  .handler(route);
