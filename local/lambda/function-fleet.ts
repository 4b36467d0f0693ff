import type { FunctionModel } from '../template/function-model.ts';
import type { FunctionPool } from './function-pool.ts';
import type { InvocationResult } from './invocation.ts';

/** Every function of the stack, by name. */
export interface FunctionFleet {
  /** Never rejects; a function that is not in the stack counts as one that crashed. */
  invoke(functionName: string, event: unknown): Promise<InvocationResult>;
  /**
   * Has one environment of each ready.
   * @throws Error that names a function which does not come up, and its log group.
   */
  warm(functionNames: ReadonlySet<string>): Promise<void>;
  stop(): void;
}

export function createFunctionFleet(
  models: readonly FunctionModel[],
  createPool: (model: FunctionModel) => FunctionPool,
): FunctionFleet {
  const pools = new Map(models.map((model) => [model.name, { model, pool: createPool(model) }]));
  return {
    invoke: async (functionName, event) =>
      (await pools.get(functionName)?.pool.invoke(event)) ?? { kind: 'failure', reason: 'crash' },
    warm: async (functionNames) => {
      const wanted = [...pools.values()].filter(({ model }) => functionNames.has(model.name));
      await Promise.all(
        wanted.map(({ model, pool }) =>
          pool.warm().catch(() => {
            throw new Error(`The function ${model.name} did not start; its log group ${model.logGroupName} says why.`);
          }),
        ),
      );
    },
    stop: () => {
      for (const { pool } of pools.values()) pool.stop();
    },
  };
}
