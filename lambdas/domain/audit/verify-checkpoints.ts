// What the checkpoints say, and whether they say it of one log that only ever grew.
import {
  type Checkpoint,
  type KeptCheckpoint,
  leavesOf,
  parseCheckpoint,
  parseHead,
  type SignedHead,
} from './checkpoint.ts';
import { isSignedBy, type NoteKey, type NotePorts, parseNote } from './signed-note.ts';
import { appendLeaves, emptyTree, type TreeEdge } from './tree-edge.ts';

export type CheckpointFault =
  /** It is no note, no checkpoint, or its heads are none. */
  | 'malformed'
  /** No signature of the key is on it, or not one of this text. */
  | 'unsigned'
  /** It is of another log. */
  | 'foreign'
  /** The checkpoint before it is missing, or it is there twice. */
  | 'gap'
  /** It is older than the one before it. */
  | 'backdated'
  /** Its tree is not the one before with its heads put behind. */
  | 'rewritten';

export type CheckpointsVerdict =
  | {
      readonly ok: true;
      /** The newest; undefined where there is none. */
      readonly newest: Checkpoint | undefined;
      readonly heads: readonly SignedHead[];
    }
  | {
      readonly ok: false;
      /** The place of the first checkpoint that does not fit, from 1. */
      readonly place: number;
      readonly fault: CheckpointFault;
    };

function isSameTree(one: TreeEdge, other: TreeEdge): boolean {
  return (
    one.size === other.size &&
    one.roots.length === other.roots.length &&
    one.roots.every((root, at) => root.every((byte, index) => byte === other.roots[at]?.[index]))
  );
}

function readOne(
  { note: text, heads: lines }: KeptCheckpoint,
  key: NoteKey,
  ports: NotePorts,
): { checkpoint: Checkpoint; heads: readonly SignedHead[] } | CheckpointFault {
  const note = parseNote(text);
  if (note === undefined) return 'unsigned';
  if (!isSignedBy(note, key, ports)) return 'unsigned';
  const checkpoint = parseCheckpoint(note.text, ports.sha256);
  const heads = lines.map(parseHead).filter((head) => head !== undefined);
  if (checkpoint === undefined || heads.length !== lines.length) return 'malformed';
  return checkpoint.origin === key.name ? { checkpoint, heads } : 'foreign';
}

/** Checks all checkpoints of a log, from its first one. Nothing of them is trusted but what the key has signed. */
export function verifyCheckpoints(
  checkpoints: readonly KeptCheckpoint[],
  key: NoteKey,
  ports: NotePorts,
): CheckpointsVerdict {
  let newest: Checkpoint | undefined;
  const all: SignedHead[] = [];
  for (const [index, kept] of checkpoints.entries()) {
    const refuse = (fault: CheckpointFault) => ({ ok: false as const, place: index + 1, fault });
    const read = readOne(kept, key, ports);
    if (typeof read === 'string') return refuse(read);
    const { checkpoint, heads } = read;
    if (checkpoint.number !== index + 1) return refuse('gap');
    if (checkpoint.time < (newest?.time ?? 0)) return refuse('backdated');
    const grown = appendLeaves(newest?.tree ?? emptyTree, leavesOf(kept.heads), ports.sha256);
    if (!isSameTree(grown, checkpoint.tree)) return refuse('rewritten');
    newest = checkpoint;
    all.push(...heads);
  }
  return { ok: true, newest, heads: all };
}
