// The Merkle tree of RFC 6962 over the heads that were ever signed, by its right edge alone: enough to append to it, and to
// tell its root, without keeping a leaf.

/** The hash of the bytes, 32 of them. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export interface TreeEdge {
  /** How many leaves there are. */
  readonly size: number;
  /** The roots of the perfect subtrees that the leaves make up, the largest first. */
  readonly roots: readonly Uint8Array[];
}

export const emptyTree: TreeEdge = { size: 0, roots: [] };

const LEAF = 0;
const NODE = 1;

function hashOf(kind: number, parts: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const bytes = new Uint8Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  bytes[0] = kind;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return sha256(bytes);
}

function appendLeaf({ size, roots }: TreeEdge, leaf: Uint8Array, sha256: Sha256): TreeEdge {
  let last = hashOf(LEAF, [leaf], sha256);
  const left = [...roots];
  // Two subtrees of one size are one of the next, as with a carry in binary.
  for (let carry = size; carry % 2 === 1; carry = Math.floor(carry / 2)) {
    const sibling = left.pop();
    if (sibling === undefined) throw new RangeError('an edge has a root for each one bit of its size');
    last = hashOf(NODE, [sibling, last], sha256);
  }
  return { size: size + 1, roots: [...left, last] };
}

export function appendLeaves(edge: TreeEdge, leaves: readonly Uint8Array[], sha256: Sha256): TreeEdge {
  return leaves.reduce((tree, leaf) => appendLeaf(tree, leaf, sha256), edge);
}

/** Of the tree without leaves: the hash of nothing. */
export function rootOf({ roots }: TreeEdge, sha256: Sha256): Uint8Array {
  const [last, ...others] = roots.toReversed();
  if (last === undefined) return sha256(new Uint8Array(0));
  return others.reduce((right, left) => hashOf(NODE, [left, right], sha256), last);
}
