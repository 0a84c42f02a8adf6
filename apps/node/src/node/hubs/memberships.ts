/**
 * The hubs that the node's user has joined: joins and leaves them, and sends them the user's device
 * lists.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckedInputOf, JoinedHub } from '@shoal/api'
import { ApiError } from '@shoal/api/api-error'
import { Failure } from '@shoal/daemon/failure'
import type { AccountInfo } from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import { parseDidKey } from '@shoal/identity'
import { didOf, newestList, writeDeviceHistory, writeDeviceText } from '@shoal/identity/devices'
import { SHOAL } from '../../base/program.ts'
import type { OwnPerson } from '../devices/service.ts'
import { isExposed, readHubAddress, readInvitation } from './hub-address.ts'
import { HubConnection } from './hub-connection.ts'
import { hubFailure, hubMessage, isHubProblem } from './hub-failure.ts'
import type { HubRow, HubStore } from './hub-store.ts'
import type { HubAccess, Hubs } from './service.ts'

const MAX_HUBS = 100
/** A hub that requests a longer wait is treated as refusing. */
const LONGEST_WAIT_SECONDS = 10
const WAITING = new Error('this account waits until somebody approves it')
/** Pauses before a device list is sent again. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [30_000, 3_600_000] as const

export interface MembershipOptions {
  readonly store: HubStore
  readonly person: OwnPerson
  readonly fetch: typeof fetch
  /** Returns an agent for connections to rooms. Null: the system's default. */
  readonly agentFor: (url: URL) => object | null
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly onChanged: () => void
  readonly log: (message: string) => void
}

/** When the device list is sent to a hub next. */
interface Sending {
  dueMs: number
  pauseMs: number
  isRunning: boolean
}

export class Memberships implements Hubs {
  readonly #options: MembershipOptions
  readonly #connections = new Map<string, HubConnection>()
  readonly #sendings = new Map<string, Sending>()
  readonly #listeners = new Set<() => void>()
  readonly #running = new Set<Promise<unknown>>()
  /** The person and device that the connections log in as. */
  #identity: string | null
  #isClosed = false

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#identity = this.#currentIdentity
  }

  get did(): string | null {
    const { history } = this.#options.person
    return history && didOf(newestList(history).list)
  }

  list(): readonly HubRow[] {
    const { did } = this
    return did === null ? [] : this.#options.store.list(did)
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  views(): JoinedHub[] {
    const { history } = this.#options.person
    const newest = history && newestList(history).list.sequence
    const person = this.did!
    return this.list().map(({ url, name, did, joinedMs, sequence, problem, problemMs, account }) => ({
      ...{ url, name, did, joinedMs },
      account: account === '' ? person : account,
      accountDid: person,
      knowsDevices: sequence === newest,
      isExposed: isExposed(url),
      problem: problem === null ? null : { message: problem, atMs: problemMs ?? 0 },
    }))
  }

  /**
   * Returns the hub with this address, host or name. Throws `not-found`, and `ambiguous` for a name
   * of several.
   */
  mustFind(text: string): HubRow {
    const hubs = this.list()
    const wanted = text.trim().toLowerCase()
    const origin = /^https?:\/\//.test(wanted) ? URL.parse(wanted)?.origin : undefined
    const byAddress = hubs.find(({ url }) => url === origin || new URL(url).host === wanted)
    const named = hubs.filter(({ name }) => name.toLowerCase() === wanted)
    const found = byAddress ?? named[0]
    if (!found)
      throw new Failure('not-found', `no hub of that address or name was joined: ${SHOAL} hub list`, {
        field: 'hub',
      })
    if (!byAddress && named.length > 1)
      throw new Failure('ambiguous', 'several hubs have this name: use the address', { field: 'hub' })
    return found
  }

  clientFor(url: string): HubApi {
    return this.#connection(this.mustFind(url).url).api
  }

  accessFor(url: string): HubAccess {
    const { url: origin, key } = this.mustFind(url)
    return this.#connection(origin).access(parseDidKey(key))
  }

  /** Sends a request to a hub. Rejects with a Failure. */
  async ask<T>(
    hub: string,
    call: (at: { readonly api: HubApi; readonly url: string }) => Promise<T>,
  ): Promise<T> {
    const { url } = this.mustFind(hub)
    const { api } = this.#connection(url)
    return call({ api, url }).catch(error => {
      throw hubFailure(url, error, 'hub')
    })
  }

  /** Joins a hub, or logs in at one where the person has an account. Rejects with a Failure. */
  async join(input: CheckedInputOf<'joinHub'>, call: { signal?: AbortSignal } = {}): Promise<JoinedHub> {
    const { store, person, now } = this.#options
    const address = readHubAddress(input.url)
    const { url } = address
    const invitation =
      input.invitation === undefined ? address.invitation : readInvitation(input.invitation, url)
    const connection = this.#connection(url, 'url')
    const did = this.did!
    const known = store.find(did, url)
    if (!known && store.list(did).length >= MAX_HUBS)
      throw new Failure('full', `${MAX_HUBS} hubs were joined: leave one first`, { field: 'url' })
    try {
      const hub = await connection.everyone.getHub({}, call)
      if (known && known.key !== hub.key)
        throw new Failure(
          'refused',
          `${new URL(url).host}: this hub has another key than when it was joined, so that it may be another one: leave it, then join it again`,
          { field: 'url' },
        )
      const sequence = newestList(person.history!).list.sequence
      checkKey(hub.key)
      const created = await enter(connection, { invitation, name: input.name ?? '' }, call)
      const row = { url, name: shownName(hub.name, url), did: ownDid(hub.did, url), key: hub.key }
      // The hub received the lists when the account was created.
      const kept = {
        joinedMs: known?.joinedMs ?? now(),
        sequence: created ? sequence : (known?.sequence ?? null),
        account: connection.account ?? known?.account ?? null,
      }
      store.put(did, { ...row, ...kept })
      if (created?.state === 'waiting')
        store.setProblem(did, url, hubMessage(new URL(url).host, WAITING), now())
      if (!created) this.#sendSoon(url)
      this.#changed()
      return this.views().find(each => each.url === url)!
    } catch (error) {
      if (!known) this.#drop(url)
      throw hubFailure(url, error, 'url')
    }
  }

  /**
   * Ends this node's session if the hub answers within `limitMs`, and forgets the hub in any case.
   */
  async leave(hub: string, limitMs: number): Promise<void> {
    const { url } = this.mustFind(hub)
    const did = this.did!
    const connection = this.#connections.get(url)
    await connection?.api.logout({}, { signal: AbortSignal.timeout(limitMs) }).catch(() => {})
    this.#options.store.remove(did, url)
    this.#drop(url)
    this.#changed()
  }

  /** Sends the newest device list to hubs that lack it and are due. */
  tick(): void {
    const { person } = this.#options
    if (this.#isClosed || !person.history || !person.device) return
    const newest = newestList(person.history).list.sequence
    for (const { url, sequence } of this.list()) {
      if (sequence === newest) continue
      const sending = this.#sending(url)
      if (sending.isRunning || sending.dueMs > this.#options.now()) continue
      const sent = this.#send(url, sending)
      this.#running.add(sent)
      void sent.finally(() => this.#running.delete(sent))
    }
  }

  /** Call it when device lists have changed: logs in again if this device's keys differ. */
  devicesChanged(): void {
    this.#sendings.clear()
    const identity = this.#currentIdentity
    if (identity !== this.#identity) {
      this.#identity = identity
      for (const url of [...this.#connections.keys()]) this.#drop(url)
    }
    this.tick()
    this.#changed()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#running)
  }

  get #currentIdentity(): string | null {
    const { device } = this.#options.person
    return device && `${this.did} ${writeDeviceText(device.device)}`
  }

  /** Throws `conflict` if the node is not a device of its user. */
  #connection(url: string, field = 'hub'): HubConnection {
    const known = this.#connections.get(url)
    if (known) return known
    const { person, fetch, agentFor } = this.#options
    const { device } = person
    const { did } = this
    if (!device || did === null)
      throw new Failure(
        'conflict',
        `only a device of a person can be a member of hubs: ${SHOAL} devices add makes this node one`,
        { field },
      )
    const connection = new HubConnection({
      ...{ url, fetch, person: did, device: device.login, label: device.device.name },
      description: writeDeviceText(device.device),
      lists: () => (person.history ? writeDeviceHistory(person.history).lists : []),
      now: this.#options.now,
      agent: agentFor(new URL(url)),
      tell: error => this.#note(did, url, error),
      onAccount: name => this.#noteAccount(did, url, name),
    })
    this.#connections.set(url, connection)
    return connection
  }

  /** Records whether the hub could be used. */
  #note(did: string, url: string, error: unknown): void {
    if (this.#isClosed) return
    const { store, now, onChanged } = this.#options
    const row = store.find(did, url)
    const problem = isHubProblem(error) ? hubMessage(new URL(url).host, error) : null
    if (!row || row.problem === problem) return
    store.setProblem(did, url, problem, now())
    onChanged()
  }

  /** Records the name of the account, which the user can change on the page of the hub. */
  #noteAccount(did: string, url: string, account: string): void {
    if (this.#isClosed) return
    const { store, onChanged } = this.#options
    const row = store.find(did, url)
    if (!row || row.account === account) return
    store.setAccount(did, url, account)
    onChanged()
  }

  async #send(url: string, sending: Sending): Promise<void> {
    const { store, person, log, now } = this.#options
    const did = this.did!
    const history = person.history!
    sending.isRunning = true
    try {
      const { lists, devices } = writeDeviceHistory(history)
      await this.#connection(url).api.publishDevices({ lists: [...lists], devices: [...devices] })
      if (this.#isClosed) return
      store.setSequence(did, url, newestList(history).list.sequence)
      this.#changed()
    } catch (error) {
      if (this.#isClosed) return
      sending.dueMs = now() + sending.pauseMs
      sending.pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * sending.pauseMs)
      log(`the device list was not sent to a hub: ${hubMessage(new URL(url).host, error)}`)
    } finally {
      sending.isRunning = false
    }
  }

  #sending(url: string): Sending {
    const known = this.#sendings.get(url)
    if (known) return known
    const sending = { dueMs: 0, pauseMs: FIRST_PAUSE_MS, isRunning: false }
    this.#sendings.set(url, sending)
    return sending
  }

  #sendSoon(url: string): void {
    this.#sendings.delete(url)
    this.tick()
  }

  #drop(url: string): void {
    this.#connections.delete(url)
    this.#sendings.delete(url)
  }

  #changed(): void {
    this.#options.onChanged()
    for (const listener of this.#listeners) listener()
  }
}

/** Creates an account and returns it, or logs in to an existing one and returns null. */
async function enter(
  connection: HubConnection,
  { name, invitation }: { readonly name: string; readonly invitation: string | null },
  call: { signal?: AbortSignal },
): Promise<AccountInfo | null> {
  const login = async (instead: unknown) => {
    await connection.login().catch(error => {
      throw error instanceof ApiError && error.code === 'bad-login' ? instead : error
    })
    return null
  }
  if (invitation !== null) {
    try {
      return await connection.join({ name, invitation }, call)
    } catch (error) {
      // For a member, the invitation is already used or unnecessary.
      const { code } = error as { code?: string }
      if (code === 'exists' || code === 'not-found') return login(error)
      throw error
    }
  }
  try {
    await connection.login()
    return null
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'bad-login' || error.field !== 'token') throw error
    return patiently(() => connection.join({ name }, call), call)
  }
}

/**
 * Sends a request to a hub, and repeats it once after a short wait if the hub requests one: a login
 * without an account counts as a failed login.
 */
async function patiently<T>(ask: () => Promise<T>, { signal }: { signal?: AbortSignal }): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const seconds = (error as Partial<ApiError>).retryAfterSeconds
    if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS) throw error
    await sleep(1000 * seconds, undefined, { ...(signal && { signal }) })
    return ask()
  }
}

/** Throws `bad-answer` unless it is a did:key. */
function checkKey(key: string): void {
  try {
    parseDidKey(key)
  } catch (error) {
    throw new ApiError('bad-answer', String(error))
  }
}

/** Returns the hub's `did:web` if it matches the hub's address. */
function ownDid(did: string | null, url: string): string | null {
  return did === `did:web:${new URL(url).host.replace(':', '%3A')}` ? did : null
}

function shownName(name: string, url: string): string {
  return name.trim().slice(0, 100) || new URL(url).host
}
