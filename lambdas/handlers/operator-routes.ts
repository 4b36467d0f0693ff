import type { ManagementRoute } from '../http/route-management.ts';
import type { ChangePricesPorts } from '../operations/change-prices.ts';
import { type CreateAccountPorts, createAccount } from '../operations/create-account.ts';
import { deletePrice } from '../operations/delete-price.ts';
import { listPrices } from '../operations/list-prices.ts';
import { putPrice } from '../operations/put-price.ts';
import { type PutProviderCredentialPorts, putProviderCredential } from '../operations/put-provider-credential.ts';

const prices = /^\/admin\/prices$/;

/** Every operation that the operator calls. */
export function operatorRoutes(
  ports: CreateAccountPorts & PutProviderCredentialPorts & ChangePricesPorts,
): readonly ManagementRoute[] {
  return [
    { method: 'GET', path: prices, run: (call) => listPrices(call, ports) },
    { method: 'PUT', path: prices, run: (call) => putPrice(call, ports) },
    { method: 'DELETE', path: prices, run: (call) => deletePrice(call, ports) },
    { method: 'POST', path: /^\/admin\/accounts$/, run: (call) => createAccount(call, ports) },
    {
      method: 'PUT',
      path: /^\/admin\/providers\/([^/]+)\/credential$/,
      run: (call, provider = '') => putProviderCredential(call, provider, ports),
    },
  ];
}
