/** What a call is about: all of it is the account's, and the keys are the caller's own where they are a member. */
export interface Targets {
  readonly keyId: string;
  readonly userId: string;
  readonly inviteId: string;
}

export type Request = readonly [method: string, path: string, body?: object];

/** A call of each operation that succeeds for whoever may do it. */
export const requests: Readonly<Record<string, (targets: Targets) => Request>> = {
  'retrieve-own-key': () => ['GET', '/v1/key'],
  'create-key': () => ['POST', '/v1/keys', { name: 'k' }],
  'list-keys': () => ['GET', '/v1/keys'],
  'retrieve-key': ({ keyId }) => ['GET', `/v1/keys/${keyId}`],
  'update-key': ({ keyId }) => ['PATCH', `/v1/keys/${keyId}`, { name: 'new' }],
  'rotate-key': ({ keyId }) => ['POST', `/v1/keys/${keyId}/rotate`, {}],
  'reveal-key': ({ keyId }) => ['POST', `/v1/keys/${keyId}/reveal`, {}],
  'revoke-key': ({ keyId }) => ['DELETE', `/v1/keys/${keyId}`],
  'retrieve-account': () => ['GET', '/v1/account'],
  'update-account': () => ['PATCH', '/v1/account', { name: 'new' }],
  'list-users': () => ['GET', '/v1/organization/users'],
  'retrieve-user': ({ userId }) => ['GET', `/v1/organization/users/${userId}`],
  'update-user': ({ userId }) => ['PATCH', `/v1/organization/users/${userId}`, { role: 'billing' }],
  'remove-user': ({ userId }) => ['DELETE', `/v1/organization/users/${userId}`],
  'create-invite': () => ['POST', '/v1/organization/invites', { email: 'another@example.com' }],
  'list-invites': () => ['GET', '/v1/organization/invites'],
  'retrieve-invite': ({ inviteId }) => ['GET', `/v1/organization/invites/${inviteId}`],
  'delete-invite': ({ inviteId }) => ['DELETE', `/v1/organization/invites/${inviteId}`],
  'put-account-credential': () => ['PUT', '/v1/providers/openai/credential', { api_key: 'sk-of-the-account' }],
  'retrieve-account-credential': () => ['GET', '/v1/providers/openai/credential'],
  'delete-account-credential': () => ['DELETE', '/v1/providers/openai/credential'],
};
