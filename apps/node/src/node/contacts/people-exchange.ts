/**
 * Exchanges certificates, device lists and profiles with the nodes of contacts (decision 019). A
 * node only answers those to whom the user shows the person, and only queries its contacts.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '@shoal/daemon/failure'
import { formatDidKey } from '@shoal/identity'
import { MAX_LISTS, readDeviceList, type SignedDeviceList } from '@shoal/identity/devices'
import {
  decodePeopleRequest,
  decodePeopleResponse,
  EMPTY_RESPONSE,
  encodePeopleRequest,
  encodePeopleResponse,
  MAX_PAGE_BYTES,
  MAX_PEOPLE_MESSAGE_BYTES,
  NO_STATE,
  PEOPLE_PROTOCOL,
  type PeopleResponse,
  type PersonState,
} from '@shoal/identity/exchange'
import type { Host, KeyExchange } from '@shoal/network/host'
import type { Clock, PeerClaims } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import type { ContactNode } from '../people/service.ts'
import type { ContactBook } from './contact-book.ts'

/**
 * Milliseconds until a contact is queried again: normally, and after a first failure (doubled each
 * time).
 */
const AGAIN_MS = 6 * 3_600_000
const FAILED_MS = 60_000
/** Minimum time between two queries to one contact, whatever it announces. */
const LEAST_MS = 5000
const PARALLEL = 3
const RESPONSE_MS = 30_000
/** Signatures checked before yielding to other work. */
const LISTS_PER_TURN = 8

export interface PeopleExchangeOptions {
  readonly book: ContactBook
  readonly clock: Clock
  contacts(): readonly ContactNode[]
  claimsFor(key: string): PeerClaims
  /** Stores a certificate. Returns false if it is not valid. */
  received(key: string, claims: PeerClaims): boolean
  /** The person whose devices this node knows. Null if there is none. */
  own(): OwnState | null
}

/** The part of the node's own person that is shown to contacts. */
export interface OwnState {
  readonly did: string
  /** From the first one on. */
  readonly lists: readonly SignedDeviceList[]
  readonly profile: {
    readonly version: number
    readonly bytes: Uint8Array
    readonly device: Uint8Array
  } | null
}

interface Turn {
  readonly dueMs: number
  readonly askedMs: number
  readonly waitMs: number
  /** The state that the contact last announced in a query. */
  readonly announced: string
}

const NEVER: Turn = { dueMs: 0, askedMs: Number.NEGATIVE_INFINITY, waitMs: FAILED_MS, announced: '' }

export class PeopleExchange {
  readonly #options: PeopleExchangeOptions
  readonly #turns = new Map<string, Turn>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #abort = new AbortController()
  #exchange: KeyExchange | null = null

  constructor(options: PeopleExchangeOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#exchange !== null
  }

  /** Serves the host until the returned function is called. */
  async open(
    host: Host,
    open: typeof import('@shoal/network/host').openKeyExchange,
  ): Promise<() => Promise<void>> {
    const { clock } = this.#options
    const exchange = await open({
      ...{ host, clock, protocol: PEOPLE_PROTOCOL, maxBytes: MAX_PEOPLE_MESSAGE_BYTES },
      respond: (key, message) => this.respond(hex(key), message),
      onConnected: key => this.#hurry(hex(key)),
    })
    this.#exchange = exchange
    return async () => {
      if (this.#exchange === exchange) this.#exchange = null
      await exchange.close()
    }
  }

  /** Call it once a second: queries contacts that are due. */
  tick(): void {
    const exchange = this.#exchange
    if (!exchange) return
    const nowMs = this.#options.clock.nowMs()
    const contacts = this.#options.contacts()
    const keys = new Set(contacts.map(({ key }) => key))
    for (const key of this.#turns.keys()) if (!keys.has(key)) this.#turns.delete(key)
    for (const key of keys) {
      if (this.#running.size >= PARALLEL) return
      if ((this.#turns.get(key) ?? NEVER).dueMs <= nowMs) void this.#ask(exchange, key).catch(() => {})
    }
  }

  /**
   * Queries the connected contacts after the node's own lists, profile or contacts have changed: a
   * query also announces new data.
   */
  hurryAll(): void {
    for (const { key } of this.#options.contacts())
      if (this.#exchange?.isConnected(Buffer.from(key, 'hex'))) this.#hurry(key)
  }

  /**
   * Queries these contacts now. Resolves when all have answered or failed. Throws `unsupported`
   * while the network is off.
   */
  async askAll(keys: readonly string[]): Promise<void> {
    const exchange = this.#exchange
    if (!exchange)
      throw new Failure(
        'unsupported',
        'contacts are asked over the Shoal network, which is off: see shoal.enabled',
      )
    const waiting = [...keys]
    const work = async () => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift())
        await this.#ask(exchange, key).catch(() => {})
    }
    await Promise.all(Array.from({ length: PARALLEL }, work))
  }

  /** Responds to a node that has proved this network key. Throws `bad-message`. */
  respond(key: string, message: Uint8Array): Uint8Array {
    const { known, own } = decodePeopleRequest(message)
    const { contacts, claimsFor, book } = this.#options
    const contact = contacts().find(each => each.key === key)
    if (!contact) return encodePeopleResponse(EMPTY_RESPONSE)
    const here = contact.did === null ? NO_STATE : book.stateOf(contact.did)
    if (own.lists > here.lists || (own.profile ?? 0) > (here.profile ?? 0)) this.#announced(key, own)
    const { did, certificate } = contact.showsDid ? claimsFor(key) : {}
    if (!certificate) return encodePeopleResponse(EMPTY_RESPONSE)
    const state = this.#options.own()
    // The device lists belong to a different key than the one that this node shows.
    if (state?.did !== did) return encodePeopleResponse({ ...EMPTY_RESPONSE, certificate })
    return encodePeopleResponse({ ...pageOf(state!, known), certificate })
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The node was closed'))
    await Promise.allSettled(this.#running.values())
  }

  /**
   * A contact has something unknown to this node. Each such state triggers one early query, even
   * if it cannot be accepted.
   */
  #announced(key: string, { lists, profile }: PersonState): void {
    const turn = this.#turns.get(key) ?? NEVER
    const announced = `${lists} ${profile}`
    if (turn.announced === announced) return
    this.#turns.set(key, { ...turn, announced })
    this.#hurry(key)
  }

  #hurry(key: string): void {
    const turn = this.#turns.get(key) ?? NEVER
    const dueMs = Math.max(turn.askedMs + LEAST_MS, this.#options.clock.nowMs())
    this.#turns.set(key, { ...turn, dueMs: Math.min(turn.dueMs, dueMs) })
  }

  #ask(exchange: KeyExchange, key: string): Promise<void> {
    const running = this.#running.get(key)
    if (running) return running
    const askedMs = this.#options.clock.nowMs()
    const turn = this.#turns.get(key) ?? NEVER
    const dueMs = askedMs + turn.waitMs
    this.#turns.set(key, { ...turn, askedMs, dueMs, waitMs: Math.min(2 * turn.waitMs, AGAIN_MS) })
    const work = this.#exchangeWith(exchange, key)
      .then(() => {
        const now = this.#turns.get(key)
        // It may have become urgent during the query.
        if (now?.dueMs === dueMs)
          this.#turns.set(key, { ...now, dueMs: askedMs + AGAIN_MS, waitMs: FAILED_MS })
      })
      .finally(() => this.#running.delete(key))
    this.#running.set(key, work)
    return work
  }

  async #exchangeWith(exchange: KeyExchange, key: string): Promise<void> {
    const { book } = this.#options
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(RESPONSE_MS)])
    const ask = async (known: PersonState) => {
      const request = encodePeopleRequest({ known, own: this.#ownStateFor(key) })
      return decodePeopleResponse(await exchange.ask(Buffer.from(key, 'hex'), request, signal))
    }
    const known = this.#stateOf(key)
    const response = await ask(known)
    const did = this.#personOf(key, response)
    if (did === null) return
    let read = await readAll(response, known, ask)
    if (read.lists.length > 0 && book.takeLists(did, read.lists) === 'incomplete') {
      const nothing = { ...book.stateOf(did), lists: 0 }
      read = await readAll(await ask(nothing), nothing, ask)
      if (read.lists.length > 0) book.takeLists(did, read.lists)
    }
    if (read.profile) book.takeProfile(did, read.profile)
    book.answered(did)
  }

  /** Returns the person that a response shows; null if there is none. */
  #personOf(key: string, { certificate }: PeopleResponse): string | null {
    const { received } = this.#options
    // The certificate starts with its version and the person's key (decision 010), and is verified
    // next.
    if (certificate) received(key, { did: formatDidKey(certificate.subarray(1, 33)), certificate })
    return this.#contact(key)?.did ?? null
  }

  #contact(key: string): ContactNode | null {
    return this.#options.contacts().find(each => each.key === key) ?? null
  }

  #stateOf(key: string): PersonState {
    const did = this.#contact(key)?.did
    return did ? this.#options.book.stateOf(did) : NO_STATE
  }

  #ownStateFor(key: string): PersonState {
    const { did } = this.#contact(key)?.showsDid ? this.#options.claimsFor(key) : {}
    const own = did === undefined ? null : this.#options.own()
    return own?.did === did && own
      ? { lists: own.lists.length, profile: own.profile?.version ?? null }
      : NO_STATE
  }
}

/**
 * Returns the next part of the lists that the other side lacks, and the profile if the last list
 * is included.
 */
function pageOf({ lists, profile }: OwnState, known: PersonState): Omit<PeopleResponse, 'certificate'> {
  const page: Uint8Array[] = []
  // Include the last common list, or the newest one, which reveals contradictions.
  const first = Math.max(0, Math.min(known.lists, lists.length) - 1)
  let size = 0
  for (const { bytes } of lists.slice(first)) {
    size += bytes.length
    if (page.length > 1 && size > MAX_PAGE_BYTES) break
    page.push(bytes)
  }
  const isLast = first + page.length === lists.length
  const isNews = profile !== null && (known.profile === null || profile.version > known.profile)
  return {
    ...{ count: lists.length, lists: page },
    profile: isLast && isNews ? { bytes: profile.bytes, device: profile.device } : null,
  }
}

/**
 * Reads the lists of a response, requests those that did not fit, and returns them with the
 * profile that came with the last ones.
 */
async function readAll(
  first: PeopleResponse,
  known: PersonState,
  ask: (known: PersonState) => Promise<PeopleResponse>,
): Promise<{ readonly lists: readonly SignedDeviceList[]; readonly profile: PeopleResponse['profile'] }> {
  const lists = await readLists(first.lists)
  let { profile } = first
  while (lists.length > 0 && lists.length <= MAX_LISTS) {
    const count = lists.at(-1)!.list.sequence + 1
    if (count >= first.count) break
    const response = await ask({ ...known, lists: count })
    profile = response.profile
    // The first one is already known; the next ones follow it.
    const next = await readLists(response.lists.slice(1))
    if (next[0]?.list.sequence !== count) break
    lists.push(...next)
  }
  return { lists, profile }
}

/** Verifies the signatures of lists. Rejects with `bad-device-list`. */
async function readLists(all: readonly Uint8Array[]): Promise<SignedDeviceList[]> {
  const lists: SignedDeviceList[] = []
  for (const [at, bytes] of all.entries()) {
    if (at % LISTS_PER_TURN === LISTS_PER_TURN - 1) await nextTurn()
    lists.push(readDeviceList(bytes))
  }
  return lists
}
