/** New accounts: who can join, and what they have to prove. */

import { Failure } from '@shoal/daemon/failure'
import { network } from '@shoal/daemon/login'
import type { DeviceProof, Joined, Registration } from '@shoal/hub-api'
import type { Invitation } from '@shoal/hub-stores'
import { isCurrent, judgeDeviceLists, readDeviceList } from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import { fromBase64url } from '../kernel/base64url.ts'
import type { Client } from '../kernel/client.ts'
import type { People } from '../kernel/people.ts'
import type { Logins } from '../login/service.ts'

export interface JoinInput extends DeviceProof {
  readonly name: string
  readonly invitation?: string | undefined
  readonly lists: readonly string[]
}

export interface JoiningParts {
  readonly people: Pick<People, 'accounts' | 'deviceLists' | 'invitations'>
  readonly logins: Logins
  readonly policy: Registration
  readonly now: () => number
}

/** Most pending accounts: moderators have to read them all. */
const MAX_WAITING = 1000

export class Joining {
  readonly #parts: JoiningParts

  constructor(parts: JoiningParts) {
    this.#parts = parts
  }

  /** Returns a usable invitation. Otherwise counts a guess and rejects with `not-found`. */
  async checkInvitation(secret: string, client: Client): Promise<Invitation> {
    const { people, logins } = this.#parts
    logins.guesses.admit(client.address)
    const invitation = await people.invitations.check(secret)
    if (invitation) return invitation
    logins.guesses.failed(client.address)
    throw new Failure('not-found', 'this invitation is unknown, expired or used up: ask for another', {
      field: 'invitation',
    })
  }

  /**
   * Creates an account, and starts a session unless the account has to be approved. Everything is
   * validated before anything is stored.
   */
  async join({ name, invitation, lists, ...proof }: JoinInput, client: Client): Promise<Joined> {
    const { people, logins } = this.#parts
    logins.guesses.admit(client.address)
    // Checked first, since it is cheap: otherwise anyone could make the hub verify hundreds of
    // signatures.
    await this.#checkAdmission(invitation, client)
    const proven = await logins.prove(proof, client)
    const { person, hash, description } = proven
    const bytes = lists.map(fromBase64url)
    try {
      const { list } = judgeDeviceLists(person, null, bytes.map(readDeviceList)).list
      if (!list.devices.some(each => equalBytes(each, hash)))
        throw badLists('the newest one does not contain this device')
      if (!isCurrent(list, this.#parts.now() / 1000)) throw badLists('the newest one has expired')
    } catch (error) {
      logins.guesses.failed(client.address)
      throw error
    }
    await proven.use()
    const waits = this.#parts.policy === 'approval' && invitation === undefined
    const account = await people.accounts.create({
      ...{ did: person, name, state: waits ? 'waiting' : 'active' },
      ...(invitation !== undefined && { invitation }),
    })
    // If the hub crashes here, the user logs in with the lists.
    await people.deviceLists.put(person, bytes)
    await people.deviceLists.putDevice(person, description)
    if (waits) return { account: { ...account }, sessionId: null, expiresMs: null, secret: null }
    return logins.begin({ ...proven, use: async () => {} }, proof, client)
  }

  async #checkAdmission(secret: string | undefined, client: Client): Promise<void> {
    const { logins, policy, people } = this.#parts
    const invitation = secret === undefined ? null : await this.checkInvitation(secret, client)
    // The first owner of a hub joins with such an invitation; later ones can only be created by an
    // admin.
    const isAdmins = invitation?.role === 'admin'
    if (policy === 'closed' && !isAdmins)
      throw new Failure('forbidden', 'this hub takes no new accounts', { field: 'invitation' })
    if (policy === 'invite' && !invitation)
      throw new Failure('forbidden', 'this hub takes new accounts by invitation: ask a member for one', {
        field: 'invitation',
      })
    if (invitation) return
    if (policy === 'approval' && (await people.accounts.count('waiting')) >= MAX_WAITING)
      throw new Failure(
        'full',
        'too many people are waiting to join this hub: try again later, or ask a member for an invitation',
        {
          field: 'invitation',
        },
      )
    // Keeps one address from filling a hub with accounts.
    const newcomers = `accounts from ${network(client.address)}`
    logins.guesses.admit(newcomers)
    logins.guesses.failed(newcomers)
  }
}

function badLists(why: string): Failure {
  return new Failure('bad-device-list', `these device lists cannot be used: ${why}`, { field: 'lists' })
}
