// Where each record lies: the one place that knows the tables' key layout. `keys` holds accounts, virtual keys and
// provider credentials; `audit` holds one chain per account, and one of the operator's own.

export interface ItemKey {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

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
