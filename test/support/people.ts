import { expect } from 'vitest';
import { z } from 'zod';
import type { Role } from '../../lambdas/domain/access/permissions.ts';
import type { useManagementFunction } from './management-function.ts';

const sentInvite = z.looseObject({ id: z.string(), token: z.string() });
const joined = z.looseObject({ id: z.string(), key: z.looseObject({ id: z.string(), key: z.string() }) });

export interface Person {
  readonly id: string;
  readonly keyId: string;
  readonly key: string;
  readonly email: string;
}

let count = 0;

/** Brings people into accounts as owners do: invites them, and accepts for them. */
export function invitePeople({ call }: ReturnType<typeof useManagementFunction>) {
  async function invite(role: Role, key?: string) {
    count += 1;
    const email = `person${count}@example.com`;
    const body = { email, role };
    const answer = await call('POST', '/v1/organization/invites', { body, ...(key !== undefined && { key }) });
    expect(answer).toMatchObject({ statusCode: 201 });
    return { ...sentInvite.parse(answer.body), email };
  }

  const accept = (id: string, body: object) =>
    call('POST', `/v1/organization/invites/${id}/accept`, { body, key: undefined });

  return {
    invite,
    accept,
    async join(role: Role, key?: string): Promise<Person> {
      const { id, token, email } = await invite(role, key);
      const answer = await accept(id, { token, name: `Name of ${role}` });
      expect(answer).toMatchObject({ statusCode: 201 });
      const person = joined.parse(answer.body);
      return { id: person.id, keyId: person.key.id, key: person.key.key, email };
    },
  };
}
