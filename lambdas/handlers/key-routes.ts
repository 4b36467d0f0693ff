import type { KeyCaller } from '../domain/management-call.ts';
import type { ManagementRoute } from '../http/route-management.ts';
import { type CreateKeyPorts, createKey } from '../operations/create-key.ts';
import { permitMaster as permit } from '../operations/identify-caller.ts';
import { listKeys } from '../operations/list-keys.ts';
import { retrieveKey, retrieveOwnKey } from '../operations/retrieve-key.ts';
import { revokeKey } from '../operations/revoke-key.ts';
import { updateKey } from '../operations/update-key.ts';

const all = /^\/v1\/keys$/;
const one = /^\/v1\/keys\/([0-9A-Za-z]{12})$/;

/** Every operation that a holder of a virtual key calls. */
export function keyRoutes(ports: CreateKeyPorts): readonly ManagementRoute<KeyCaller>[] {
  return [
    { method: 'GET', path: /^\/v1\/key$/, run: (call) => retrieveOwnKey(call, ports) },
    { method: 'POST', path: all, permit, run: (call) => createKey(call, ports) },
    { method: 'GET', path: all, permit, run: (call) => listKeys(call, ports) },
    { method: 'GET', path: one, permit, run: (call, id = '') => retrieveKey(call, id, ports) },
    { method: 'PATCH', path: one, permit, run: (call, id = '') => updateKey(call, id, ports) },
    { method: 'DELETE', path: one, permit, run: (call, id = '') => revokeKey(call, id, ports) },
  ];
}
