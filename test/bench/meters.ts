// The measured side of the benchmark's wire: a child process tells its port, and then its meters when asked.
import { createHook } from 'node:async_hooks';
import type { Server } from 'node:net';

let timersMade = 0;
const timerHook = createHook({
  init(_id, type) {
    if (type === 'Timeout') timersMade += 1;
  },
});

/** Counting timers costs time of its own, so it is off but for the run that is about timers. */
const meters = {
  /** User and system time of the whole process, its compiler and collector threads included. */
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  startTimers: () => {
    timerHook.enable();
    return timersMade;
  },
  stopTimers: () => {
    timerHook.disable();
    return timersMade;
  },
} as const;

export type Meter = keyof typeof meters;

function isMeter(name: unknown): name is Meter {
  return typeof name === 'string' && Object.hasOwn(meters, name);
}

/** Tells the parent the port on which this process serves, and its meters when asked, until the parent goes away. */
export function tellMeters(port: number): void {
  process.on('message', (name) => {
    if (isMeter(name)) process.send?.({ value: meters[name]() });
  });
  // Not the default end by signal: a profile is only written by an orderly exit.
  process.on('disconnect', () => process.exit(0));
  process.send?.({ value: port });
}

/** Listens on a free port of 127.0.0.1 until the parent goes away. */
export function serveMeters(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) tellMeters(address.port);
  });
}
