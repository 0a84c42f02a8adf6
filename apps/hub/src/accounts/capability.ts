/** Accounts, their roles, invitations and device lists. */
import { type AccountInfo, ACCOUNTS as CONTRACT, type MemberDevices } from '@shoal/hub-api'
import type { Account, HubStores } from '@shoal/hub-stores'
import { capability } from '../kernel/capability.ts'
import { LOGINS } from '../login/service.ts'
import { HubInvitations } from './invitations.ts'
import { Joining } from './joining.ts'

export const accounts = capability({
  contract: CONTRACT,
  needs: { logins: LOGINS },
  start({ stores, given, now }, { logins }) {
    const policy = given.accounts ?? 'invitation'
    const joining = new Joining({ stores, logins, policy, now })
    const invitations = new HubInvitations(stores, policy)
    return {
      operations: {
        join: (input, { client }) => joining.join(input, client),
        async checkInvitation({ invitation }, { client }) {
          const { role, expiresMs } = await joining.checkInvitation(invitation, client)
          return { role, expiresMs }
        },
        getAccount: async (_input, { caller }) => toInfo(caller.account),
        changeAccount: async ({ name }, { caller }) =>
          toInfo(await stores.accounts.change(caller.did, { name })),
        async publishDevices({ lists, devices }, { caller: { did } }) {
          await logins.publishLists(did, lists)
          for (const each of devices) await stores.deviceLists.putDevice(did, bytesOf(each))
          return devicesOf(stores, did)
        },
        getDevices: ({ did }) => devicesOf(stores, did),
        async getMember({ did }) {
          const { state, ...member } = await stores.accounts.get(did)
          return member
        },
        listAccounts: async ({ after, state, limit }) => ({
          items: (
            await stores.accounts.list({
              limit,
              ...(after !== undefined && { after }),
              ...(state !== undefined && { state }),
            })
          ).map(toInfo),
        }),
        async approveAccount({ did }, { caller }) {
          const approved = await stores.accounts.approve(did)
          await stores.audit.add({
            ...{ actor: caller.did, subject: did, detail: '' },
            action: 'approve',
            isPublic: false,
          })
          return toInfo(approved)
        },
        async refuseAccount({ did }, { caller }) {
          await stores.memberData.remove(did, { state: 'waiting' })
          await stores.audit.add({
            ...{ actor: caller.did, subject: did, detail: '' },
            action: 'refuse',
            isPublic: false,
          })
          return {}
        },
        async setRole({ did, role }, { caller }) {
          const changed = await stores.accounts.change(did, { role })
          const entry = { actor: caller.did, action: 'role', subject: did, detail: role }
          await stores.audit.add({ ...entry, isPublic: true })
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

async function devicesOf(
  { deviceLists }: Pick<HubStores, 'deviceLists'>,
  did: string,
): Promise<MemberDevices> {
  const [lists, devices] = await Promise.all([deviceLists.get(did), deviceLists.devices(did)])
  return { did, lists: lists.map(text), devices: devices.map(({ description }) => text(description)) }
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
