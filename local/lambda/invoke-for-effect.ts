import { buffer } from 'node:stream/consumers';
import type { InvocationResult } from './invocation.ts';

/** Invokes a function and waits for its end: what it answered, whole, or undefined where it failed. Never rejects. */
export type InvokeForEffect = (functionName: string, event: unknown) => Promise<Buffer | undefined>;

export function createInvokeForEffect(
  invoke: (functionName: string, event: unknown) => Promise<InvocationResult>,
): InvokeForEffect {
  return async (functionName, event) => {
    const result = await invoke(functionName, event);
    if (result.kind === 'failure') return undefined;
    if (result.kind === 'answer') return result.payload;
    const whole = await buffer(result.stream.body).catch(() => undefined);
    return result.stream.failed() ? undefined : whole;
  };
}
