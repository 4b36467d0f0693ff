import { parseArgs } from 'node:util';
import type { Pace } from './measure.ts';

export const parts = ['core', 'stack', 'bundle'] as const;
export type Part = (typeof parts)[number];

export interface Options {
  readonly parts: readonly Part[];
  readonly pace: Pace;
  readonly coldRuns: number;
  readonly json: boolean;
  readonly quick: boolean;
  readonly profileDir: string | undefined;
}

export const help = `Usage: npm run bench -- [options]

Measures the gateway against a fast mock upstream on this machine, beside the mock itself and a proxy that does nothing.

  --quick        seconds instead of minutes: one round, rough figures
  --only PART    core (the data plane behind node:http), stack (the whole local gateway) or bundle; may be repeated
  --json         print the figures and goals as JSON
  --profile DIR  with core: write a CPU profile of each measured process to DIR; it slows what it measures
  --help         print this
`;

const thorough = { rounds: 3, sliceMs: 600, warmUpRequests: 12_000, warmUpMs: 6_000 } as const;
const quick = { rounds: 1, sliceMs: 150, warmUpRequests: 3_000, warmUpMs: 900 } as const;

function isPart(name: string): name is Part {
  return parts.some((part) => part === name);
}

function selectParts(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !isPart(name));
  if (unknown !== undefined) throw new TypeError(`--only takes ${parts.join(', ')}, not "${unknown}"`);
  return names.length === 0 ? parts : names.filter(isPart);
}

/** Undefined where help is wanted. Throws TypeError on a flag or value that does not exist. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    parts: selectParts(values.only),
    pace: values.quick ? quick : thorough,
    coldRuns: values.quick ? 5 : 15,
    json: values.json,
    quick: values.quick,
    profileDir: values.profile,
  };
}
