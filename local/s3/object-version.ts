import * as z from 'zod';
import type { LockMode } from './bucket-definition.ts';

const retention = z.object({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), untilMs: z.number() });
export type Retention = z.infer<typeof retention>;

/** What is known of one version, on the first line of its file. */
export const versionHead = z.object({
  etag: z.string(),
  contentType: z.string(),
  /** Epoch milliseconds. */
  lastModifiedMs: z.number(),
  size: z.number(),
  retention: retention.optional(),
});
export type VersionHead = z.infer<typeof versionHead>;

export interface ObjectVersion extends VersionHead {
  readonly versionId: string;
  readonly body: Buffer;
}

/** One file holds a version whole, so that it is there altogether or not at all. */
export function encodeVersion(head: VersionHead, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

export function decodeVersion(file: Buffer): { readonly head: VersionHead; readonly body: Buffer } {
  const end = file.indexOf('\n');
  return { head: versionHead.parse(JSON.parse(file.toString('utf8', 0, end))), body: file.subarray(end + 1) };
}

/** Whether a version cannot be deleted yet. */
export function isLocked(held: Retention | undefined, nowMs: number, bypassGovernance: boolean): boolean {
  if (held === undefined || held.untilMs <= nowMs) return false;
  const bypassed: LockMode = 'GOVERNANCE';
  return !(bypassGovernance && held.mode === bypassed);
}
