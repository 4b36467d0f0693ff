import type { ManagementRoute } from '../http/route-management.ts';
import { adminListAccounts } from '../operations/admin-list-accounts.ts';
import { adminRetrieveAccount } from '../operations/admin-retrieve-account.ts';
import { adminUpdateAccount } from '../operations/admin-update-account.ts';
import type { ChangePricesPorts } from '../operations/change-prices.ts';
import { type CreateAccountPorts, createAccount } from '../operations/create-account.ts';
import { deletePrice } from '../operations/delete-price.ts';
import { listPrices } from '../operations/list-prices.ts';
import { putPrice } from '../operations/put-price.ts';
import { type PutProviderCredentialPorts, putProviderCredential } from '../operations/put-provider-credential.ts';
import { type RewrapSecretsPorts, rewrapSecrets } from '../operations/rewrap-secrets.ts';
import type { UpdateAccountPorts } from '../operations/update-account.ts';

export type OperatorPorts = CreateAccountPorts &
  UpdateAccountPorts &
  PutProviderCredentialPorts &
  RewrapSecretsPorts &
  ChangePricesPorts;

const accounts = /^\/admin\/accounts$/;
const account = /^\/admin\/accounts\/(acct_[0-9A-Za-z]{16})$/;
const rewrap = /^\/admin\/rewrap$/;
const credential = /^\/admin\/providers\/([^/]+)\/credential$/;

const prices = /^\/admin\/prices$/;

/** Every operation that the operator calls. */
export function operatorRoutes(ports: OperatorPorts): readonly ManagementRoute[] {
  return [
    { method: 'POST', path: accounts, run: (call) => createAccount(call, ports) },
    { method: 'GET', path: accounts, run: (call) => adminListAccounts(call, ports) },
    { method: 'GET', path: account, run: (call, id = '') => adminRetrieveAccount(call, id, ports) },
    { method: 'PATCH', path: account, run: (call, id = '') => adminUpdateAccount(call, id, ports) },
    { method: 'POST', path: rewrap, run: (call) => rewrapSecrets(call, ports) },
    { method: 'GET', path: prices, run: (call) => listPrices(call, ports) },
    { method: 'PUT', path: prices, run: (call) => putPrice(call, ports) },
    { method: 'DELETE', path: prices, run: (call) => deletePrice(call, ports) },
    { method: 'PUT', path: credential, run: (call, name = '') => putProviderCredential(call, name, ports) },
  ];
}
