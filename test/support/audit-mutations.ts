// What somebody may do to a log who may write everywhere but has no key to sign with. Half of them make the hashes fit again.
import type { ChainedEvent } from '../../lambdas/domain/audit/audit-chain.ts';
import type { AuditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { formatHead, type KeptCheckpoint } from '../../lambdas/domain/audit/checkpoint.ts';
import type { AuditExport } from '../../lambdas/domain/audit/verify-export.ts';
import {
  type AuditWorld,
  auditEntryOf,
  chainAnew,
  checkpointsOver,
  createNoteSigner,
  headOf,
  type Random,
  wholeNumber,
} from './audit-world.ts';

type Mutated = Partial<Pick<AuditExport, 'events' | 'checkpoints'>>;
type Mutate = (world: AuditWorld, tenant: string, random: Random) => Mutated;

const forger = createNoteSigner('gateway.example/audit');

const eventsOf = ({ chains }: AuditWorld, tenant: string) => [...(chains.get(tenant) ?? [])];
const placeIn = (list: readonly unknown[], random: Random) => wholeNumber(random, 0, list.length - 1);

function entryOf({ sequence: _sequence, previous_hash: _previous, hash: _hash, ...entry }: ChainedEvent): AuditEntry {
  return { ...entry, id: entry.id.replace(/_\d{12}_/, '_') };
}

/** As it is, or with every hash and place made to fit. */
function maybeChained(events: readonly ChainedEvent[], random: Random): readonly unknown[] {
  return random() < 0.5 ? events : chainAnew(events.map(entryOf));
}

function replaceAt<Value>(list: readonly Value[], at: number, ...values: readonly Value[]): Value[] {
  return [...list.slice(0, at), ...values, ...list.slice(at + 1)];
}

/** Another value in the place of one of those within, at any depth. */
function changeWithin(value: unknown, random: Random): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return random() < 0.5 ? [...value, 'x'] : value.slice(1);
  if (typeof value !== 'object' || value === null) return 'x';
  const names = Object.keys(value);
  const name = names[placeIn(names, random)] ?? 'x';
  if (random() < 0.1) return { ...value, extra: 1 };
  const rest = Object.entries(value);
  if (random() < 0.1) return Object.fromEntries(rest.filter(([one]) => one !== name));
  return Object.fromEntries(rest.map(([one, old]) => [one, one === name ? changeWithin(old, random) : old]));
}

function changeCharacter(text: string, random: Random): string {
  const at = placeIn([...text], random);
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

function editCheckpoint(checkpoints: readonly KeptCheckpoint[], random: Random): KeptCheckpoint[] {
  const at = placeIn(checkpoints, random);
  const { note = '', heads = [] } = checkpoints[at] ?? {};
  if (heads.length === 0 || random() < 0.5) {
    return replaceAt(checkpoints, at, { note: changeCharacter(note, random), heads });
  }
  const which = placeIn(heads, random);
  const changed = changeCharacter(heads[which] ?? '', random);
  return replaceAt(checkpoints, at, { note, heads: replaceAt(heads, which, changed) });
}

const edit: Mutate = (world, tenant, random) => {
  if (random() < 0.3) return { checkpoints: editCheckpoint(world.checkpoints, random) };
  const events = eventsOf(world, tenant);
  const at = placeIn(events, random);
  const event = events[at];
  if (event !== undefined && random() < 0.5) {
    const changed = { ...event, effective_at: event.effective_at + 1 };
    return { events: chainAnew(replaceAt(events, at, changed).map(entryOf)) };
  }
  const changed = changeWithin(event, random);
  return { events: events.map((one, index) => (index === at ? changed : one)) };
};

const remove: Mutate = (world, tenant, random) => {
  const events = eventsOf(world, tenant);
  return { events: maybeChained(replaceAt(events, placeIn(events, random)), random) };
};

/** Before an event that was signed for: behind the last checkpoint the log goes on, and nobody has vouched for it yet. */
const insert: Mutate = (world, tenant, random) => {
  const events = eventsOf(world, tenant);
  const at = placeIn(events, random);
  const [forged] = chainAnew([auditEntryOf(tenant, 900, random)]);
  const old = events[at];
  if (forged === undefined || old === undefined) throw new Error('a chain without events');
  const placed = { ...forged, sequence: old.sequence, previous_hash: old.previous_hash };
  return { events: maybeChained(replaceAt(events, at, placed, old), random) };
};

const reorder: Mutate = (world, tenant, random) => {
  const events = eventsOf(world, tenant);
  if (events.length < 2) return { events: events.slice(1) };
  const one = placeIn(events, random);
  const other = (one + wholeNumber(random, 1, events.length - 1)) % events.length;
  const [first, second] = [events[one], events[other]];
  const swapped = events.map((event, at) => (at === one ? second : at === other ? first : event));
  return {
    events: maybeChained(
      swapped.filter((event) => event !== undefined),
      random,
    ),
  };
};

/** Events alone, or the newest checkpoints with them, so far back that the log cannot be called complete. */
const truncate: Mutate = ({ steps, ...world }, tenant, random) => {
  const events = eventsOf({ steps, ...world }, tenant);
  const newest = steps.at(-1)?.time ?? 0;
  const old = steps.filter(({ time }) => time < newest - 4_200).length;
  if (random() < 0.3 && old < steps.length) {
    const checkpoints = world.checkpoints.slice(0, old);
    const signed = checkpoints.flatMap(({ heads }) => heads).join();
    return { checkpoints, events: events.slice(0, events.findLastIndex(({ hash }) => signed.includes(hash)) + 1) };
  }
  return { events: events.slice(0, placeIn(events, random)) };
};

/** Good up to a place, and from there another story, as long or longer. */
const fork: Mutate = (world, tenant, random) => {
  const events = eventsOf(world, tenant);
  const at = placeIn(events, random);
  const length = events.length - at + wholeNumber(random, 0, 3);
  const story = Array.from({ length }, (_, index) => auditEntryOf(tenant, 500 + index, random));
  return { events: chainAnew(story, events.slice(0, at)) };
};

/** An old checkpoint again, or an old event, before one that was signed for and that is another. */
const replay: Mutate = (world, tenant, random) => {
  const events = eventsOf(world, tenant);
  if (events.length < 2 || random() < 0.3) {
    const again = world.checkpoints[placeIn(world.checkpoints, random)];
    return { checkpoints: again === undefined ? [] : [...world.checkpoints, again] };
  }
  const at = placeIn(events, random);
  const from = (at + wholeNumber(random, 1, events.length - 1)) % events.length;
  const [old, again] = [events[at], events[from]];
  if (old === undefined || again === undefined) throw new Error('a place outside the chain');
  return { events: maybeChained(replaceAt(events, at, again, old), random) };
};

/** A signature taken off, another's put on, or the whole checkpoint left out. */
const strip: Mutate = ({ checkpoints, steps }, _tenant, random) => {
  const at = placeIn(checkpoints, random);
  const { note = '', heads = [] } = checkpoints[at] ?? {};
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const kind = random();
  if (kind < 0.3 && at < checkpoints.length - 1) return { checkpoints: replaceAt(checkpoints, at) };
  if (kind < 0.6) return { checkpoints: replaceAt(checkpoints, at, { note: text, heads }) };
  if (kind < 0.7) return { checkpoints: replaceAt(checkpoints, at, { note: `${text}\n`, heads }) };
  const forged = checkpointsOver(steps, forger)[at];
  return { checkpoints: forged === undefined ? [] : replaceAt(checkpoints, at, forged) };
};

/** Another account's log, an event of it, or its heads, for this one's. */
const swap: Mutate = (world, tenant, random) => {
  const other = eventsOf(world, 'acct_two');
  const events = eventsOf(world, tenant);
  const kind = random();
  if (kind < 0.3) {
    const swapped = (line: string) => line.replace(tenant, 'acct_x').replace('acct_two', tenant);
    return { checkpoints: world.checkpoints.map(({ note, heads }) => ({ note, heads: heads.map(swapped) })) };
  }
  if (kind < 0.6 || other.length === 0) return { events: other };
  if (kind < 0.8) return { events: chainAnew(other.map((event) => ({ ...entryOf(event), tenant }))) };
  const at = placeIn(events, random);
  const foreign = other[placeIn(other, random)];
  return { events: foreign === undefined ? [] : replaceAt(events, at, foreign) };
};

/** The whole log written anew, and its checkpoints too, but for the key. */
const regenerate: Mutate = ({ steps, ...world }, tenant, random) => {
  const { length } = eventsOf({ steps, ...world }, tenant);
  const events = chainAnew(Array.from({ length }, (_, index) => auditEntryOf(tenant, 700 + index, random)));
  if (random() < 0.5) return { events };
  const head = headOf(events);
  const heads = head === undefined ? [] : [formatHead(tenant, head)];
  return {
    events,
    checkpoints: checkpointsOver(
      steps.map(({ time }) => ({ time, heads })),
      forger,
    ),
  };
};

export const mutations: Readonly<Record<string, Mutate>> = {
  edit,
  delete: remove,
  insert,
  reorder,
  truncate,
  fork,
  replay,
  'strip a signature': strip,
  'swap between accounts': swap,
  'regenerate whole': regenerate,
};
