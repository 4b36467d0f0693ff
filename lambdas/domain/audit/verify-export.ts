import type { Digest } from './audit-chain.ts';
import type { KeptCheckpoint } from './checkpoint.ts';
import type { NoteKey, NotePorts } from './signed-note.ts';
import { type CheckpointFault, verifyCheckpoints } from './verify-checkpoints.ts';
import { type LogVerdict, verifyLog } from './verify-log.ts';

/** What someone was handed, and holds against the key that they got some other way. */
export interface AuditExport {
  readonly tenant: string;
  readonly events: readonly unknown[];
  readonly checkpoints: readonly KeptCheckpoint[];
  readonly key: NoteKey;
  /** Unix seconds as of which the log is said to be complete. @default whenever the newest checkpoint was written */
  readonly asOf?: number | undefined;
}

/** An idle log has a checkpoint each hour; it may take this long. */
const NEWEST_AGE_SECONDS = 70 * 60;

export type ExportVerdict =
  | {
      readonly ok: true;
      readonly events: number;
      /** How many of them, from the first one, a checkpoint vouches for. */
      readonly attested: number;
      readonly checkpoints: number;
      /** When the newest checkpoint was written, in Unix seconds. */
      readonly attestedAt: number | undefined;
    }
  | { readonly ok: false; readonly where: 'event'; readonly place: number; readonly fault: LogFault }
  | { readonly ok: false; readonly where: 'checkpoint'; readonly place: number; readonly fault: ExportedFault };
type LogFault = Extract<LogVerdict, { ok: false }>['fault'];
/** `stale`: the checkpoints end before the time as of which the log is said to be complete. */
type ExportedFault = CheckpointFault | 'stale';

/** Checks a log against the checkpoints, and those against the key. The first fault is named. */
export function verifyExport(
  { tenant, events, checkpoints, key, asOf }: AuditExport,
  ports: NotePorts & { readonly digest: Digest },
): ExportVerdict {
  const signed = verifyCheckpoints(checkpoints, key, ports);
  if (!signed.ok) return { ok: false, where: 'checkpoint', place: signed.place, fault: signed.fault };
  const { newest, heads } = signed;
  if (asOf !== undefined && (newest?.time ?? 0) < asOf - NEWEST_AGE_SECONDS) {
    return { ok: false, where: 'checkpoint', place: checkpoints.length + 1, fault: 'stale' };
  }
  const log = verifyLog(tenant, events, heads, ports.digest);
  if (!log.ok) return { ok: false, where: 'event', place: log.place, fault: log.fault };
  return {
    ok: true,
    events: log.head.sequence,
    attested: log.attested,
    checkpoints: checkpoints.length,
    attestedAt: newest?.time,
  };
}
