import type { AccountRoute, OpenRoute } from '../http/account-router.ts';
import { type AcceptInvitePorts, acceptInvite } from '../operations/accept-invite.ts';
import type { ChangeMemberPorts } from '../operations/change-member.ts';
import { type CreateInvitePorts, createInvite } from '../operations/create-invite.ts';
import { deleteInvite } from '../operations/delete-invite.ts';
import { listInvites } from '../operations/list-invites.ts';
import { listUsers } from '../operations/list-users.ts';
import { removeUser } from '../operations/remove-user.ts';
import { retrieveInvite } from '../operations/retrieve-invite.ts';
import { retrieveUser } from '../operations/retrieve-user.ts';
import { updateUser } from '../operations/update-user.ts';

export type PeoplePorts = ChangeMemberPorts & CreateInvitePorts & AcceptInvitePorts;

const users = /^\/v1\/organization\/users$/;
const user = /^\/v1\/organization\/users\/(user_[0-9A-Za-z]{24})$/;
const invites = /^\/v1\/organization\/invites$/;
const invite = /^\/v1\/organization\/invites\/(invite_[0-9A-Za-z]{24})$/;
const acceptance = /^\/v1\/organization\/invites\/(invite_[0-9A-Za-z]{24})\/accept$/;

/** Every operation on members and invites. */
export function peopleRoutes(ports: PeoplePorts): readonly AccountRoute[] {
  return [
    { operation: 'list-users', method: 'GET', path: users, run: (call) => listUsers(call, ports) },
    { operation: 'retrieve-user', method: 'GET', path: user, run: (call, id = '') => retrieveUser(call, id, ports) },
    { operation: 'update-user', method: 'PATCH', path: user, run: (call, id = '') => updateUser(call, id, ports) },
    { operation: 'remove-user', method: 'DELETE', path: user, run: (call, id = '') => removeUser(call, id, ports) },
    { operation: 'create-invite', method: 'POST', path: invites, run: (call) => createInvite(call, ports) },
    { operation: 'list-invites', method: 'GET', path: invites, run: (call) => listInvites(call, ports) },
    {
      operation: 'retrieve-invite',
      method: 'GET',
      path: invite,
      run: (call, id = '') => retrieveInvite(call, id, ports),
    },
    {
      operation: 'delete-invite',
      method: 'DELETE',
      path: invite,
      run: (call, id = '') => deleteInvite(call, id, ports),
    },
  ];
}

/** What is done by people who have no key yet. */
export function openRoutes(ports: PeoplePorts): readonly OpenRoute[] {
  return [{ method: 'POST', path: acceptance, run: (call, id = '') => acceptInvite(call, id, ports) }];
}
