import type { KeyRecord } from '../keys/key-record.ts';
import { type Permission, permissions } from './permissions.ts';

type Granted = ReadonlySet<Permission>;

const all: Granted = new Set(permissions);
const inferenceAlone: Granted = new Set(['inference']);

/** What a key may do. */
export function permissionsOf({ type }: KeyRecord): Granted {
  return type === 'master' ? all : inferenceAlone;
}
