/**
 * Logins with the key of a device (decision 014). Any process can verify them: challenges have a
 * seal that all processes know, and the stores remember the used ones.
 */

import { Failure } from '@shoal/daemon/failure'
import { browserName, type Challenges } from '@shoal/daemon/login'
import type { DeviceProof, Login } from '@shoal/hub-api'
import type { Account, Session, UsedChallenges } from '@shoal/hub-stores'
import {
  deviceHash,
  encodeDevice,
  isCurrent,
  readDevice,
  readDeviceList,
  readDeviceText,
} from '@shoal/identity/devices'
import { verifyLoginToken } from '@shoal/identity/login'
import { equalBytes } from '@shoal/torrent/base'
import { fromBase64url, toBase64url } from '../kernel/base64url.ts'
import type { Client } from '../kernel/client.ts'
import type { Guesses } from '../kernel/guesses.ts'
import type { People } from '../kernel/people.ts'
import type { EndedSessions } from './ended-sessions.ts'
import type { ProvenDevice } from './service.ts'

/** Devices log in again automatically. */
const DEVICE_SESSION_SECONDS = 86_400
/** Failures that do not depend on the proof. */
const NO_GUESS: ReadonlySet<string> = new Set(['account-waiting', 'too-many-attempts'])
/** Browsers store their session in a cookie. */
export const COOKIE_SESSION_SECONDS = 30 * 86_400
/** Absolute limit after which a browser has to log in again. */
export const LONGEST_COOKIE_SECONDS = 365 * 86_400

export interface LoginParts {
  readonly people: People
  readonly now: () => number
  readonly challenges: Challenges
  readonly used: UsedChallenges
  readonly guesses: Guesses
  readonly ended: EndedSessions
}

export class DeviceLogins {
  readonly #people: People
  readonly #now: () => number
  readonly #challenges: Challenges
  readonly #used: UsedChallenges
  readonly #guesses: Guesses
  readonly #ended: EndedSessions

  constructor({ people, now, challenges, used, guesses, ended }: LoginParts) {
    this.#people = people
    this.#now = now
    this.#challenges = challenges
    this.#used = used
    this.#guesses = guesses
    this.#ended = ended
  }

  /** See `Logins.prove`. Counts a failure. */
  async prove({ nonce, audience, token, device }: DeviceProof, client: Client): Promise<ProvenDevice> {
    this.#guesses.admit(client.address)
    try {
      if (!client.isOwnOrigin(audience)) throw badLogin('it was signed for another address', 'audience')
      const expiresMs = this.#challenges.expiry(nonce)
      if (expiresMs === null) throw badLogin('its challenge has expired', 'nonce')
      const { person, deviceKey } = await verifyLoginToken(token, { audience, nonce }, this.#now() / 1000)
      const described = readDeviceText(device)
      if (!equalBytes(described.loginKey, deviceKey))
        throw badLogin('another device signed it than the one that is described', 'device')
      const description = encodeDevice(described)
      return {
        person,
        description,
        hash: deviceHash(description),
        use: async () => {
          if (await this.#used.use(nonce, expiresMs)) return
          this.#guesses.failed(client.address)
          throw badLogin('its challenge was used', 'nonce')
        },
      }
    } catch (error) {
      this.#guesses.failed(client.address)
      throw error
    }
  }

  /** Logs a device in. `lists`: newer device lists than the hub may know. Counts failures. */
  async login(proof: DeviceProof & { readonly lists: readonly string[] }, client: Client): Promise<Login> {
    const proven = await this.prove(proof, client)
    try {
      await this.#checkMember(proven.person)
      if (proof.lists.length > 0) await this.publishLists(proven.person, proof.lists)
      return await this.begin(proven, proof, client)
    } catch (error) {
      if (!NO_GUESS.has((error as Failure).code) && !(await this.#wasDevice(proven)))
        this.#guesses.failed(client.address)
      throw error
    }
  }

  /**
   * Returns whether a list ever contained this device: its retries are not guesses, and must not
   * lock out others at its address.
   */
  async #wasDevice({ person, hash }: ProvenDevice): Promise<boolean> {
    const account = await findAccount(this.#people, person)
    const lists = account ? await this.#people.deviceLists.get(person) : []
    return lists.some(bytes => readDeviceList(bytes).list.devices.some(each => equalBytes(each, hash)))
  }

  /** See `Logins.begin`. */
  async begin(proven: ProvenDevice, { place, label }: DeviceProof, client: Client): Promise<Login> {
    const { deviceLists } = this.#people
    const { person, hash, description } = proven
    const newest = await deviceLists.newest(person)
    if (!newest?.list.devices.some(each => equalBytes(each, hash)))
      throw badLogin('the newest device list of this person does not contain this device', 'device')
    if (!isCurrent(newest.list, this.#now() / 1000))
      throw badLogin('the device list of this person has expired: sign it again', 'device')
    await proven.use()
    await deviceLists.putDevice(person, description)
    return beginSession(
      this.#people,
      { did: person, device: hash, label, inCookie: place === 'cookie' },
      client,
    )
  }

  /**
   * Returns all device lists of the user, oldest first, if the proof is signed with the root key.
   * Counts failures.
   */
  async recover(proof: DeviceProof, client: Client): Promise<{ lists: string[] }> {
    const proven = await this.prove(proof, client)
    const { deviceLists } = this.#people
    const account = await findAccount(this.#people, proven.person)
    const newest = account && (await deviceLists.newest(account.did))
    if (!newest || !equalBytes(newest.list.root, readDevice(proven.description).loginKey)) {
      this.#guesses.failed(client.address)
      throw badLogin('this key does not sign the device lists of an account here', 'token')
    }
    await proven.use()
    const lists = await deviceLists.get(proven.person)
    return { lists: lists.map(toBase64url) }
  }

  /** See `Logins.publishLists`. */
  async publishLists(did: string, lists: readonly string[]): Promise<void> {
    const bytes = lists.map(fromBase64url)
    const { kind } = await this.#people.deviceLists.put(did, bytes)
    if (kind === 'older' || kind === 'forked')
      throw new Failure('bad-device-list', REFUSED[kind], { field: 'lists' })
    if (kind === 'newer') this.#ended.announce(did)
  }

  async #checkMember(did: string): Promise<void> {
    const account = await findAccount(this.#people, did)
    if (!account)
      throw new Failure('bad-login', 'this person has no account here: join first', { field: 'token' })
    if (account.state !== 'active') throw notActive(account)
  }
}

/** Starts a session for an authenticated user. */
export async function beginSession(
  { sessions, accounts }: Pick<People, 'sessions' | 'accounts'>,
  {
    did,
    device,
    label,
    inCookie,
  }: {
    readonly did: string
    readonly device: Uint8Array | null
    readonly label: string | undefined
    readonly inCookie: boolean
  },
  client: Client,
): Promise<Login> {
  const seconds = inCookie ? COOKIE_SESSION_SECONDS : DEVICE_SESSION_SECONDS
  const shown = label ?? browserName(client.headers['user-agent']) ?? ''
  const { secret, session } = await sessions.begin(did, { device, label: shown, lifeMs: 1000 * seconds })
  if (inCookie) client.keepSession(secret, seconds)
  return toLogin(await accounts.get(did), session, inCookie ? null : secret)
}

function toLogin(account: Account, { id, expiresMs }: Session, secret: string | null): Login {
  return { account: { ...account }, sessionId: id, expiresMs, secret }
}

const REFUSED = {
  older:
    'this device list is older than the one that this hub knows: it may conceal that a device was removed',
  forked:
    'this device list contradicts the one that this hub knows: the root key signed two lists with the same number, so that somebody else may have it',
} as const

export async function findAccount(
  { accounts }: Pick<People, 'accounts'>,
  did: string,
): Promise<Account | null> {
  return accounts.get(did).catch(error => {
    if (error.code === 'not-found') return null
    throw error
  })
}

export function notActive({ state }: Account): Failure {
  return state === 'waiting'
    ? new Failure('account-waiting', 'this account waits until somebody approves it', { field: 'token' })
    : new Failure('forbidden', 'this account was banned', { field: 'token' })
}

function badLogin(why: string, field: string): Failure {
  return new Failure('bad-login', `this login cannot be accepted: ${why}`, { field })
}
