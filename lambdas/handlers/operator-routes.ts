import type { ManagementRoute } from '../http/route-management.ts';
import { type CreateAccountPorts, createAccount } from '../operations/create-account.ts';
import { type PutProviderCredentialPorts, putProviderCredential } from '../operations/put-provider-credential.ts';

/** Every operation that the operator calls. */
export function operatorRoutes(ports: CreateAccountPorts & PutProviderCredentialPorts): readonly ManagementRoute[] {
  return [
    { method: 'POST', path: /^\/admin\/accounts$/, run: (call) => createAccount(call, ports) },
    {
      method: 'PUT',
      path: /^\/admin\/providers\/([^/]+)\/credential$/,
      run: (call, provider = '') => putProviderCredential(call, provider, ports),
    },
  ];
}
