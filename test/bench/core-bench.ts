// The handler core alone, between the load client and the mock, beside a proxy that does nothing and a peer.
import { MAX_OPEN } from '../../lambdas/domain/limits/judge-demand.ts';
import { installPortkey } from './install-portkey.ts';
import { applyLoad } from './load-client.ts';
import { type Cell, measureCells, type Pace, type Reading, summarize, summarizeAdded, warmUp } from './measure.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { atLeast, atMost, type Figure, type Goal, type Section } from './report.ts';
import { encodeRequest, type Target } from './target.ts';
import { benchKey, burst, chat, longPrompt, type ReplyKind, streamEvents, trickle, trickleGapMs } from './workloads.ts';
import { countWriteUnits } from './write-units.ts';

const direct = 'direct';
const relay = 'do-nothing proxy';
const core = 'core';
const coreWithStore = 'core + store';
const portkey = 'Portkey 1.15.2';
const proxies = [relay, core, coreWithStore, portkey] as const;

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

type Quantiles = Exclude<Figure['value'], number>;

function latencyOf(readings: readonly Reading[], cell: string, target: string): Quantiles {
  const of = { cell, target, base: direct };
  return { p50: summarizeAdded(readings, of, 'p50Ms'), p99: summarizeAdded(readings, of, 'p99Ms') };
}

function firstByteOf(readings: readonly Reading[], cell: string, target: string): Quantiles {
  const of = { cell, target, base: direct };
  return {
    p50: summarizeAdded(readings, of, 'firstByteP50Ms'),
    p99: summarizeAdded(readings, of, 'firstByteP99Ms'),
  };
}

function toFigures(readings: readonly Reading[]): Figure[] {
  const figures: Figure[] = [];
  const measured = proxies.filter((name) => readings.some(({ target }) => target === name));
  const cross = (table: string, cells: readonly Cell[], toValue: (cell: string, target: string) => Figure['value']) => {
    for (const { name } of cells) {
      for (const target of measured) figures.push({ table, row: name, column: target, value: toValue(name, target) });
    }
  };
  cross('CPU per request, ms', whole, (cell, target) => summarize(readings, cell, target, 'cpuMs'));
  cross('Requests per second through one process, each on one thread', whole, (cell, target) =>
    summarize(readings, cell, target, 'perSecond'),
  );
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
    atMost(
      'added time to the first byte of a slow stream, core + store, p50',
      firstByteOf(readings, gap.name, coreWithStore).p50,
      3,
      'ms',
    ),
  ];
}

/** None where Portkey could not be installed. */
function toPeerGoals(readings: readonly Reading[]): Goal[] {
  if (!readings.some(({ target }) => target === portkey)) return [];
  const rateOf = (target: string) => summarize(readings, atC16, target, 'perSecond');
  const p99Of = (target: string) => latencyOf(readings, atC16, target).p99;
  return [
    atLeast('requests per second, core + store, c=16', rateOf(coreWithStore) / rateOf(portkey), 1.2, 'x Portkey'),
    atMost('added p99, core + store, c=16', p99Of(coreWithStore) / p99Of(portkey), 0.5, 'x Portkey'),
  ];
}

/** Of the two scopes' reservation, the record, and the two settlements. No scope holds more than MAX_OPEN. */
async function benchWriteUnits(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const open of [1, 16, 64, MAX_OPEN]) {
    const value = await countWriteUnits(open);
    figures.push({
      table: 'DynamoDB write units per request, key and account',
      row: `${open} open`,
      column: 'units',
      value,
    });
  }
  return figures;
}

interface Hosts {
  readonly mock: MeasuredProcess;
  readonly relay: MeasuredProcess;
  readonly core: MeasuredProcess;
  readonly store: MeasuredProcess;
  readonly peer: MeasuredProcess | undefined;
}

async function startHosts(mock: MeasuredProcess, profileDir: string | undefined): Promise<Hosts> {
  const start = (module: URL, ...args: string[]) => startMeasured({ module, args, profileDir });
  const coreModule = new URL('core-host.ts', import.meta.url);
  const server = installPortkey();
  const port = String(mock.port);
  const [relayHost, coreHost, storeHost, peer] = await Promise.all([
    start(new URL('relay-host.ts', import.meta.url), port),
    start(coreModule, port),
    start(coreModule, port, 'store'),
    server && start(new URL('portkey-host.ts', import.meta.url), server.href),
  ]);
  return { mock, relay: relayHost, core: coreHost, store: storeHost, peer };
}

interface CoreTargets {
  readonly core: Target;
  readonly all: readonly Target[];
}

function toTargets(hosts: Hosts): CoreTargets {
  const targetOf = (name: string, host: MeasuredProcess): Target => ({
    name,
    port: host.port,
    cpuUs: () => host.read('cpuUs'),
  });
  const routing = (reply: ReplyKind) => ({
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${hosts.mock.port}/${reply}`,
  });
  const coreTarget: Target = { ...targetOf(core, hosts.core), key: benchKey };
  const all = [
    targetOf(direct, hosts.mock),
    targetOf(relay, hosts.relay),
    coreTarget,
    { ...targetOf(coreWithStore, hosts.store), key: benchKey },
    ...(hosts.peer === undefined ? [] : [{ ...targetOf(portkey, hosts.peer), routing }]),
  ];
  return { core: coreTarget, all };
}

export async function benchCore(mock: MeasuredProcess, pace: Pace, profileDir: string | undefined): Promise<Section> {
  const hosts = await startHosts(mock, profileDir);
  try {
    const targets = toTargets(hosts);
    await warmUp(targets.all, warmUps, pace);
    const readings = await measureCells([...whole, ...streams], targets.all, pace);
    const timersPerStream = await countTimersPerStream(hosts.core, targets.core);
    return {
      figures: [...toFigures(readings), ...(await benchWriteUnits())],
      goals: [...toGoals(readings, timersPerStream), ...toPeerGoals(readings)],
    };
  } finally {
    await Promise.all([hosts.relay, hosts.core, hosts.store, hosts.peer].map((host) => host?.stop()));
  }
}
