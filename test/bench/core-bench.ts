// The handler core alone, between the load client and the mock, beside a proxy that does nothing.
import { applyLoad } from './load-client.ts';
import { type Cell, measureCells, type Pace, type Reading, summarize, summarizeAdded, warmUp } from './measure.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { atMost, type Figure, type Goal, type Section } from './report.ts';
import { encodeRequest, type Target } from './target.ts';
import { benchKey, burst, chat, longPrompt, streamEvents, trickle, trickleGapMs } from './workloads.ts';

const direct = 'direct';
const relay = 'do-nothing proxy';
const core = 'core';
const coreWithStore = 'core + store';
const proxies = [relay, core, coreWithStore] as const;

const chats = [1, 16, 64].map((concurrency): Cell => ({ name: `1 KB, c=${concurrency}`, workload: chat, concurrency }));
const bigPrompt: Cell = { name: '200 KB prompt, c=4', workload: longPrompt, concurrency: 4 };
const noGap: Cell = { name: '51 events, no gap, c=1', workload: burst, concurrency: 1 };
const gap: Cell = {
  name: `51 events, ${trickleGapMs} ms gap, c=16`,
  workload: trickle,
  concurrency: 16,
  slices: 3,
  spreadMs: streamEvents.length * trickleGapMs,
};
/** A trickle takes the way of a burst, only slower. */
const warmUps = [
  { workload: chat, share: 1 },
  { workload: burst, share: 0.1 },
  { workload: longPrompt, share: 0.1 },
  { workload: trickle, share: 0 },
] as const;

const whole = [...chats, bigPrompt];
const streams = [noGap, gap];
const atC16 = '1 KB, c=16';

/** A gateway that set a timer, or cleared one, for each event would make more than 51. */
const mostTimersPerStream = 10;

async function countTimersPerStream(host: MeasuredProcess, target: Target): Promise<number> {
  const before = await host.read('startTimers');
  const request = encodeRequest(target, trickle);
  const { totalMs } = await applyLoad({ port: target.port, request, concurrency: 4, durationMs: 1 });
  return ((await host.read('stopTimers')) - before) / totalMs.length;
}

function latencyOf(readings: readonly Reading[], cell: string, target: string): Figure['value'] {
  const of = { cell, target, base: direct };
  return { p50: summarizeAdded(readings, of, 'p50Ms'), p99: summarizeAdded(readings, of, 'p99Ms') };
}

function firstByteOf(readings: readonly Reading[], cell: string, target: string): Figure['value'] {
  const of = { cell, target, base: direct };
  return {
    p50: summarizeAdded(readings, of, 'firstByteP50Ms'),
    p99: summarizeAdded(readings, of, 'firstByteP99Ms'),
  };
}

function toFigures(readings: readonly Reading[]): Figure[] {
  const figures: Figure[] = [];
  const cross = (table: string, cells: readonly Cell[], toValue: (cell: string, target: string) => Figure['value']) => {
    for (const { name } of cells) {
      for (const target of proxies) figures.push({ table, row: name, column: target, value: toValue(name, target) });
    }
  };
  cross('CPU per request, ms', whole, (cell, target) => summarize(readings, cell, target, 'cpuMs'));
  cross('Added latency against calling the upstream directly, p50 / p99, ms', whole, (cell, target) =>
    latencyOf(readings, cell, target),
  );
  cross('Added time to the first streamed byte, p50 / p99, ms', streams, (cell, target) =>
    firstByteOf(readings, cell, target),
  );
  cross('CPU per streamed event, microseconds', streams, (cell, target) => cpuPerEventUs(readings, cell, target));
  return figures;
}

function cpuPerEventUs(readings: readonly Reading[], cell: string, target: string): number {
  return (summarize(readings, cell, target, 'cpuMs') * 1000) / streamEvents.length;
}

function toGoals(readings: readonly Reading[], timersPerStream: number): Goal[] {
  const relative = cpuPerEventUs(readings, gap.name, core) / cpuPerEventUs(readings, gap.name, relay);
  return [
    atMost('CPU per request, core, 1 KB, c=16', summarize(readings, atC16, core, 'cpuMs'), 0.3, 'ms'),
    atMost('CPU per request, core + store, 1 KB, c=16', summarize(readings, atC16, coreWithStore, 'cpuMs'), 0.7, 'ms'),
    atMost('CPU per request, core, 200 KB prompt', summarize(readings, bigPrompt.name, core, 'cpuMs'), 1.5, 'ms'),
    atMost('CPU per event of a slow stream, core', relative, 1.25, 'x do-nothing'),
    atMost('timers made per stream of 51 events', timersPerStream, mostTimersPerStream, ''),
    // Had it not been so, `warmUp` had thrown: the events are spelt as no encoder spells them.
    { name: 'stream bytes re-encoded', measured: 'none', limit: 'none', reached: true },
  ];
}

export async function benchCore(mock: MeasuredProcess, pace: Pace, profileDir: string | undefined): Promise<Section> {
  const start = (module: URL, ...args: string[]) =>
    startMeasured({ module, args: [String(mock.port), ...args], profileDir });
  const coreModule = new URL('core-host.ts', import.meta.url);
  const [relayHost, coreHost, storeHost] = await Promise.all([
    start(new URL('relay-host.ts', import.meta.url)),
    start(coreModule),
    start(coreModule, 'store'),
  ]);
  try {
    const targetOf = (name: string, host: MeasuredProcess): Target => ({
      name,
      port: host.port,
      cpuUs: () => host.read('cpuUs'),
    });
    const coreTarget: Target = { ...targetOf(core, coreHost), key: benchKey };
    const targets: readonly Target[] = [
      targetOf(direct, mock),
      targetOf(relay, relayHost),
      coreTarget,
      { ...targetOf(coreWithStore, storeHost), key: benchKey },
    ];
    await warmUp(targets, warmUps, pace);
    const readings = await measureCells([...whole, ...streams], targets, pace);
    const timersPerStream = await countTimersPerStream(coreHost, coreTarget);
    return { figures: toFigures(readings), goals: toGoals(readings, timersPerStream) };
  } finally {
    await Promise.all([relayHost, coreHost, storeHost].map((host) => host.stop()));
  }
}
