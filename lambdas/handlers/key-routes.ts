import type { AccountRoute } from '../http/account-router.ts';
import { type CreateKeyPorts, createKey } from '../operations/create-key.ts';
import { listKeys } from '../operations/list-keys.ts';
import { retrieveKey, retrieveOwnKey } from '../operations/retrieve-key.ts';
import { type RevealKeyPorts, revealKey } from '../operations/reveal-key.ts';
import { revokeKey } from '../operations/revoke-key.ts';
import { rotateKey } from '../operations/rotate-key.ts';
import { updateKey } from '../operations/update-key.ts';

const own = /^\/v1\/key$/;
const all = /^\/v1\/keys$/;
const one = /^\/v1\/keys\/([0-9A-Za-z]{12})$/;
const revelation = /^\/v1\/keys\/([0-9A-Za-z]{12})\/reveal$/;
const rotation = /^\/v1\/keys\/([0-9A-Za-z]{12})\/rotate$/;

/** Every operation on keys. */
export function keyRoutes(ports: CreateKeyPorts & RevealKeyPorts): readonly AccountRoute[] {
  return [
    { operation: 'retrieve-own-key', method: 'GET', path: own, run: (call) => retrieveOwnKey(call, ports) },
    { operation: 'create-key', method: 'POST', path: all, run: (call) => createKey(call, ports) },
    { operation: 'list-keys', method: 'GET', path: all, run: (call) => listKeys(call, ports) },
    { operation: 'retrieve-key', method: 'GET', path: one, run: (call, id = '') => retrieveKey(call, id, ports) },
    { operation: 'update-key', method: 'PATCH', path: one, run: (call, id = '') => updateKey(call, id, ports) },
    { operation: 'rotate-key', method: 'POST', path: rotation, run: (call, id = '') => rotateKey(call, id, ports) },
    { operation: 'reveal-key', method: 'POST', path: revelation, run: (call, id = '') => revealKey(call, id, ports) },
    { operation: 'revoke-key', method: 'DELETE', path: one, run: (call, id = '') => revokeKey(call, id, ports) },
  ];
}
