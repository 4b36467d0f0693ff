import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until `isDone` holds. Fails, saying what was awaited, when it has not by the deadline. */
export async function waitUntil(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(10);
  }
}
