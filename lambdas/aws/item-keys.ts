// Where each record lies: the one place that knows the tables' key layout. `keys` holds accounts, virtual keys and
// provider credentials; `audit` holds one chain per account, and one of the operator's own.

import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';

export type ItemKey = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

function itemKey(pk: string, sk: string): ItemKey {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function accountKey(accountId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, 'ACCOUNT');
}

export function keyKey(publicId: string): ItemKey {
  return itemKey(`KEY#${publicId}`, 'KEY');
}

export function credentialKey(tenant: string, provider: string): ItemKey {
  return itemKey(`TENANT#${tenant}`, `CREDENTIAL#${provider}`);
}

/** The operator's own chain stands beside the accounts'. */
function chainPartition(tenant: string): string {
  return tenant === OPERATOR_TENANT ? `TENANT#${tenant}` : `ACCOUNT#${tenant}`;
}

/** Zero-padded, so that the order of the text is the order of the chain. */
export function auditEventKey(tenant: string, sequence: number): ItemKey {
  return itemKey(chainPartition(tenant), `EVENT#${String(sequence).padStart(12, '0')}`);
}

export function auditHeadKey(tenant: string): ItemKey {
  return itemKey(chainPartition(tenant), 'HEAD');
}
