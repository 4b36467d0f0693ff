// The whole local gateway: API Gateway's front, Lambda's runtime, the functions' processes, the tables on disk.

import { type Cell, type Measure, measureCells, type Pace, summarize, summarizeAdded, warmUp } from './measure.ts';
import type { MeasuredProcess } from './measured-process.ts';
import type { Figure, Section } from './report.ts';
import { startStack } from './stack-process.ts';
import type { Target } from './target.ts';
import { burst, chat } from './workloads.ts';

const direct = 'direct';
const stack = 'local stack';

/** Each request in flight takes a process, as in Lambda: a quick run has no time to start 64 of them. */
function chatCells({ rounds }: Pace): Cell[] {
  const concurrencies = rounds > 1 ? [1, 16, 64] : [1, 16];
  return concurrencies.map((concurrency) => ({ name: `1 KB, c=${concurrency}`, workload: chat, concurrency }));
}
const stream: Cell = { name: '51 events, no gap, c=1', workload: burst, concurrency: 1 };

export async function benchStack(mock: MeasuredProcess, pace: Pace): Promise<Section> {
  const gateway = await startStack(mock.port);
  try {
    const targets: readonly Target[] = [
      { name: direct, port: mock.port },
      { name: stack, port: gateway.port, key: gateway.masterKey },
    ];
    const chats = chatCells(pace);
    const most = Math.max(...chats.map(({ concurrency }) => concurrency));
    // Until every process that will be needed has started, and each has had some requests.
    const warmUps = [
      { workload: chat, share: 1, concurrency: most },
      { workload: burst, share: 0.1 },
    ];
    await warmUp(targets, warmUps, pace);
    const readings = await measureCells([...chats, stream], targets, pace);
    const figure = (row: string, column: string, p50: number, p99: number): Figure => ({
      table: 'Through the whole local stack, p50 / p99, ms',
      row,
      column,
      value: { p50, p99 },
    });
    const rows = ({ name }: Cell, row: string, [p50, p99]: readonly [Measure, Measure]): Figure[] => {
      const of = { cell: name, target: stack, base: direct };
      return [
        figure(row, direct, summarize(readings, name, direct, p50), summarize(readings, name, direct, p99)),
        figure(row, 'added', summarizeAdded(readings, of, p50), summarizeAdded(readings, of, p99)),
      ];
    };
    return {
      figures: [
        ...chats.flatMap((cell) => rows(cell, cell.name, ['p50Ms', 'p99Ms'])),
        ...rows(stream, 'first streamed byte, c=1', ['firstByteP50Ms', 'firstByteP99Ms']),
      ],
      goals: [],
    };
  } finally {
    await gateway.stop();
  }
}
