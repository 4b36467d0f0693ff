import type { AccountRoute } from '../http/account-router.ts';
import type { AccountCredentialPorts } from '../operations/account-credential.ts';
import { deleteAccountCredential } from '../operations/delete-account-credential.ts';
import { putAccountCredential } from '../operations/put-account-credential.ts';
import { retrieveAccount } from '../operations/retrieve-account.ts';
import { retrieveAccountCredential } from '../operations/retrieve-account-credential.ts';
import { type UpdateAccountPorts, updateAccount } from '../operations/update-account.ts';

const account = /^\/v1\/account$/;
const credential = /^\/v1\/providers\/([a-z][a-z0-9-]{0,31})\/credential$/;

/** Every operation on the caller's own account and its credentials of providers. */
export function accountRoutes(ports: UpdateAccountPorts & AccountCredentialPorts): readonly AccountRoute[] {
  return [
    { operation: 'retrieve-account', method: 'GET', path: account, run: (call) => retrieveAccount(call, ports) },
    { operation: 'update-account', method: 'PATCH', path: account, run: (call) => updateAccount(call, ports) },
    {
      operation: 'retrieve-account-credential',
      method: 'GET',
      path: credential,
      run: (call, provider = '') => retrieveAccountCredential(call, provider, ports),
    },
    {
      operation: 'put-account-credential',
      method: 'PUT',
      path: credential,
      run: (call, provider = '') => putAccountCredential(call, provider, ports),
    },
    {
      operation: 'delete-account-credential',
      method: 'DELETE',
      path: credential,
      run: (call, provider = '') => deleteAccountCredential(call, provider, ports),
    },
  ];
}
