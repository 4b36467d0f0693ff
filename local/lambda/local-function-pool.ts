import type { LogGroups } from '../logs/log-group.ts';
import type { FunctionModel } from '../template/function-model.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import { FunctionPool } from './function-pool.ts';

export interface FunctionHost {
  readonly logs: LogGroups;
  readonly maxEnvironments: number;
  readonly clock: () => number;
  readonly newId: () => string;
}

/** The pool of one function of the template, on processes of this machine. None is started yet. */
export function createLocalFunctionPool(
  model: FunctionModel,
  variables: Readonly<Record<string, string>>,
  { logs, maxEnvironments, clock, newId }: FunctionHost,
): FunctionPool {
  return new FunctionPool({
    maxEnvironments,
    newId,
    start: (callbacks) => {
      const logStreamName = `${new Date(clock()).toISOString().slice(0, 10)}-${newId()}`;
      const log = logs.openStream(model.logGroupName, logStreamName);
      const environment = new ExecutionEnvironment({ model, variables, log, logStreamName, clock, ...callbacks });
      void environment.start();
      return environment;
    },
  });
}
