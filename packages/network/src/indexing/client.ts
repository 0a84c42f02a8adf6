import type { Clock } from '@shoal/torrent'
import { latin1 } from '@shoal/torrent/base'
import type { SignedEntry } from '../entries/entry.ts'
import { type Contact, keyOf } from '../kad/contact.ts'
import type { KadNetwork } from '../kad/kad-network.ts'
import type { Misconduct, ReportMisconduct } from '../misconduct.ts'
import {
  decodeResponse,
  encodeRequest,
  type IndexRequest,
  type IndexResponse,
  MAX_ENTRIES,
  MAX_REFERENCES,
} from './messages.ts'

/** Time limit of a response, including the dial. */
const RESPONSE_MS = 10_000

/**
 * Same contract as the DHT's network, for `/shoal/index/1`. Rejects with `unsupported` if the node
 * does not speak it.
 */
export type IndexNetwork = Pick<KadNetwork, 'request' | 'dialable'>

export interface IndexClientOptions {
  readonly network: IndexNetwork
  readonly clock: Clock
  readonly onMisconduct?: ReportMisconduct
}

export interface IndexAnswer {
  /** With the address of the connection. */
  readonly from: Contact
  readonly response: IndexResponse
  /** The nearer nodes that can be dialed. */
  readonly closer: readonly Contact[]
}

/** Sends requests of `/shoal/index/1`. */
export class IndexClient {
  readonly #options: IndexClientOptions
  readonly #abort = new AbortController()
  /** Requests sent so far. */
  requests = 0

  constructor(options: IndexClientOptions) {
    this.#options = options
  }

  /** Aborts all requests. */
  close(): void {
    this.#abort.abort(new Error('The index was closed'))
  }

  report({ id, ip }: Pick<Contact, 'id' | 'ip'>, reason: Misconduct): void {
    this.#options.onMisconduct?.(id, ip, reason)
  }

  /**
   * Sends a request. Rejects if the node cannot be reached, does not respond in 10 s, or breaks the
   * protocol.
   */
  async ask(contact: Contact, request: IndexRequest, signal?: AbortSignal): Promise<IndexAnswer> {
    const { network, clock } = this.#options
    const limit = new AbortController()
    const cancel = clock.after(RESPONSE_MS, () => limit.abort(new Error('The node did not respond')))
    const signals = [limit.signal, this.#abort.signal, ...(signal ? [signal] : [])]
    this.requests++
    try {
      const { bytes, ip } = await network.request(contact, encodeRequest(request), AbortSignal.any(signals))
      const from = { ...contact, ip: ip ?? contact.ip }
      const response = this.#decode({ id: contact.id, ip }, bytes)
      const closer = response.closer.flatMap(({ id, addresses }) => {
        const usable = network.dialable(addresses, from.ip)
        return usable.addresses.length > 0 ? [{ id, key: keyOf(id), ...usable }] : []
      })
      return { from, response, closer }
    } finally {
      cancel()
    }
  }

  /**
   * Offers entries to a node, which takes those that it lacks. Returns how many it took, and its
   * newer versions of others, unverified.
   */
  async handOver(
    contact: Contact,
    entries: readonly SignedEntry[],
    signal?: AbortSignal,
  ): Promise<{ taken: number; newer: readonly Uint8Array[] }> {
    let taken = 0
    const newer: Uint8Array[] = []
    for (let at = 0; at < entries.length; at += MAX_REFERENCES) {
      const offered = new Map(
        entries.slice(at, at + MAX_REFERENCES).map(signed => [latin1(signed.id), signed]),
      )
      const references = Array.from(offered.values(), ({ id, entry: { sequence } }) => ({ id, sequence }))
      const { response } = await this.ask(contact, { type: 'offer', references }, signal)
      newer.push(...response.entries)
      const wanted = response.references.flatMap(({ id }) => offered.get(latin1(id))?.bytes ?? [])
      for (let first = 0; first < wanted.length; first += MAX_ENTRIES) {
        const part = wanted.slice(first, first + MAX_ENTRIES)
        taken += (await this.ask(contact, { type: 'store', entries: part }, signal)).response.accepted
      }
    }
    return { taken, newer }
  }

  #decode(from: Pick<Contact, 'id' | 'ip'>, bytes: Uint8Array): IndexResponse {
    try {
      return decodeResponse(bytes)
    } catch (error) {
      this.report(from, 'bad-message')
      throw error
    }
  }
}
