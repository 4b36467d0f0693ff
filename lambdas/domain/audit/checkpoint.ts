// A checkpoint says, under a signature, which heads of chains there had been by when. Its text is a checkpoint of C2SP
// (c2sp.org/tlog-checkpoint) over the Merkle tree of all heads that were ever signed, each of them a leaf.
import * as z from 'zod/mini';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import type { ChainHead } from './audit-chain.ts';
import { rootOf, type Sha256, type TreeEdge } from './tree-edge.ts';

export interface Checkpoint {
  /** Which gateway's log it is. */
  readonly origin: string;
  /** From 1, without gaps. */
  readonly number: number;
  /** Unix seconds. */
  readonly time: number;
  /** The tree as of then. */
  readonly tree: TreeEdge;
}

/** A head as a checkpoint vouches for it. */
const signedHead = z.object({ tenant: z.string(), sequence: z.int().check(z.gte(1)), hash: z.string() });
export type SignedHead = z.infer<typeof signedHead>;

/** A checkpoint as it is kept. */
export interface KeptCheckpoint {
  /** A signed note. */
  readonly note: string;
  /** The leaves that it has more than the one before: each a line of JSON, byte for byte. */
  readonly heads: readonly string[];
}

const encoder = new TextEncoder();

/** The line that stands for a head: RFC 8785, as its members are in their order and hold nothing to escape. */
export function formatHead(tenant: string, { sequence, hash }: Pick<ChainHead, 'sequence' | 'hash'>): string {
  return JSON.stringify({ hash, sequence, tenant });
}

export function parseHead(line: string): SignedHead | undefined {
  try {
    return z.safeParse(signedHead, JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

export function leavesOf(heads: readonly string[]): Uint8Array[] {
  return heads.map((line) => encoder.encode(line));
}

/** With the tree's edge, so that who reads the newest checkpoint can append to the tree. */
export function formatCheckpoint({ origin, number, time, tree }: Checkpoint, sha256: Sha256): string {
  const edge = tree.roots.map((root) => ` ${encodeBase64(root)}`).join('');
  const root = encodeBase64(rootOf(tree, sha256));
  return `${origin}\n${tree.size}\n${root}\ncheckpoint ${number}\ntime ${time}\nedge${edge}\n`;
}

const written =
  /^([^\n]+)\n(\d{1,15})\n[A-Za-z0-9+/=]{44}\ncheckpoint (\d{1,15})\ntime (\d{1,15})\nedge((?: [A-Za-z0-9+/=]{44})*)\n$/;

/** undefined where the text is not exactly what formatCheckpoint gives. */
export function parseCheckpoint(text: string, sha256: Sha256): Checkpoint | undefined {
  const [, origin, size, number, time, edge = ''] = written.exec(text) ?? [];
  if (origin === undefined) return undefined;
  const roots = edge.split(' ').slice(1).map(decodeBase64);
  const known = roots.filter((root) => root !== undefined);
  if (known.length !== roots.length) return undefined;
  const tree = { size: Number(size), roots: known };
  const checkpoint = { origin, number: Number(number), time: Number(time), tree };
  return formatCheckpoint(checkpoint, sha256) === text ? checkpoint : undefined;
}
