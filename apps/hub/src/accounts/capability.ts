/** Accounts, their roles, invitations and device lists. */

import { type AccountInfo, ACCOUNTS as CONTRACT, type MemberDevices } from '@shoal/hub-api'
import type { Account } from '@shoal/hub-stores'
import { fromBase64url, toBase64url } from '../kernel/base64url.ts'
import { capability } from '../kernel/capability.ts'
import type { People } from '../kernel/people.ts'
import { LOGINS } from '../login/service.ts'
import { HubInvitations } from './invitations.ts'
import { Joining } from './joining.ts'

export const accounts = capability({
  contract: CONTRACT,
  needs: { logins: LOGINS },
  start({ people, given, now }, { logins }) {
    const policy = given.registration ?? 'invite'
    const joining = new Joining({ people, logins, policy, now })
    const invitations = new HubInvitations(people, policy)
    return {
      operations: {
        join: (input, { client }) => joining.join(input, client),
        async checkInvitation({ invitation }, { client }) {
          const { role, expiresMs } = await joining.checkInvitation(invitation, client)
          return { role, expiresMs }
        },
        getAccount: async (_input, { caller }) => toInfo(caller.account),
        changeAccount: async ({ name }, { caller }) =>
          toInfo(await people.accounts.change(caller.did, { name })),
        async publishDevices({ lists, devices }, { caller: { did } }) {
          await logins.publishLists(did, lists)
          for (const each of devices) await people.deviceLists.putDevice(did, fromBase64url(each))
          return devicesOf(people, did)
        },
        getDevices: ({ did }) => devicesOf(people, did),
        async getMember({ did }) {
          const { state, ...member } = await people.accounts.get(did)
          return member
        },
        listAccounts: async ({ after, state, limit }) => ({
          items: (
            await people.accounts.list({
              limit,
              ...(after !== undefined && { after }),
              ...(state !== undefined && { state }),
            })
          ).map(toInfo),
        }),
        async approveAccount({ did }, { caller }) {
          const approved = await people.accounts.approve(did)
          await people.audit.add({
            ...{ actor: caller.did, subject: did, detail: '' },
            action: 'approve',
            isPublic: false,
          })
          return toInfo(approved)
        },
        async refuseAccount({ did }, { caller }) {
          await people.data.remove(did, { state: 'waiting' })
          await people.audit.add({
            ...{ actor: caller.did, subject: did, detail: '' },
            action: 'refuse',
            isPublic: false,
          })
          return {}
        },
        async setRole({ did, role }, { caller }) {
          const changed = await people.accounts.change(did, { role })
          const entry = { actor: caller.did, action: 'role', subject: did, detail: role }
          await people.audit.add({ ...entry, isPublic: true })
          return toInfo(changed)
        },
        createInvitation: (input, { caller }) => invitations.create(caller, input),
        listInvitations: (_input, { caller }) => invitations.list(caller),
        revokeInvitation: ({ id }, { caller }) => invitations.revoke(caller, id),
      },
      close() {},
    }
  },
})

function toInfo(account: Account): AccountInfo {
  return { ...account }
}

async function devicesOf({ deviceLists }: Pick<People, 'deviceLists'>, did: string): Promise<MemberDevices> {
  const [lists, devices] = await Promise.all([deviceLists.get(did), deviceLists.devices(did)])
  return {
    did,
    lists: lists.map(toBase64url),
    devices: devices.map(({ description }) => toBase64url(description)),
  }
}
