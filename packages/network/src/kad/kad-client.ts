import type { Clock } from '@shoal/torrent'
import type { Misconduct, ReportMisconduct } from '../misconduct.ts'
import { type Contact, keyOf } from './contact.ts'
import type { KadNetwork } from './kad-network.ts'
import { type LookupResult, lookup, type NodeResponse } from './lookup.ts'
import { decodeMessage, encodeMessage, type Message, type NamedPeer } from './messages.ts'
import type { NetworkSize } from './network-size.ts'
import type { RoutingTable } from './routing-table.ts'

/** Time limit of a response, including the dial. */
const RESPONSE_MS = 10_000

export interface KadClientOptions {
  /** Our key. */
  readonly key: Uint8Array
  readonly network: KadNetwork
  readonly clock: Clock
  readonly table: RoutingTable
  readonly size: NetworkSize
  readonly onMisconduct?: ReportMisconduct | undefined
}

export interface ProviderResponse extends NodeResponse {
  readonly providers: readonly Contact[]
}

/**
 * Queries the nodes of a DHT, one by one or in lookups, and enters those that answer in the routing
 * table.
 */
export class KadClient {
  readonly #options: KadClientOptions
  readonly #abort = new AbortController()
  #lastAnswerMs = -Infinity

  constructor(options: KadClientOptions) {
    this.#options = options
  }

  /** Aborted by `close`. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** See `KadNode`. */
  get regionBits(): number | null {
    const { size } = this.#options
    return size.nodes > 0 ? size.regionBits : null
  }

  close(): void {
    this.#abort.abort(new Error('The DHT was closed'))
  }

  /**
   * Finds the nodes nearest to `target`, the key of `key`. Rejects with the signal's reason, or
   * after `close`.
   */
  lookup(
    target: Uint8Array,
    key: Uint8Array,
    options: {
      readonly signal?: AbortSignal | undefined
      readonly type?: 'find-node' | 'get-providers'
      readonly region?: boolean
      readonly onResponse?: (response: ProviderResponse) => boolean
    },
  ): Promise<LookupResult<ProviderResponse>> {
    const { type = 'find-node', region, onResponse } = options
    const { key: ownKey, clock, table } = this.#options
    const message = encodeMessage({ type, key })
    const signal = options.signal ? AbortSignal.any([options.signal, this.#abort.signal]) : this.#abort.signal
    return lookup({
      target,
      ownKey,
      clock,
      start: table.closest(target),
      ask: (contact, ended) => this.ask(contact, message, ended),
      ...((region || type === 'get-providers') && this.regionBits !== null
        ? { regionBits: this.regionBits }
        : {}),
      ...(onResponse ? { onResponse } : {}),
      signal,
    })
  }

  /** Queries a node, and records the outcome in the table. */
  async ask(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<ProviderResponse> {
    const { clock, network, table } = this.#options
    const askedMs = clock.nowMs()
    try {
      const { bytes, ip } = await this.#timed(signal, limit => network.request(contact, message, limit))
      const { closer, providers } = this.decode({ id: contact.id, ip }, bytes)
      const from = { ...contact, ip: ip ?? contact.ip }
      this.#lastAnswerMs = clock.nowMs()
      table.answered(from)
      const contacts = (peers: readonly NamedPeer[], mayRelay: boolean) =>
        peers.map(peer => this.contact(peer, from.ip, mayRelay)).filter(named => named !== null)
      // DHT nodes are reached directly; a provider may be behind a relay.
      return { from, closer: contacts(closer, false), providers: contacts(providers, true) }
    } catch (error) {
      if (!signal.aborted) table.failed(contact, this.#lastAnswerMs < askedMs)
      throw error
    }
  }

  /** Sends a message without a response. Rejects if the node cannot be reached. */
  send(contact: Contact, message: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#timed(signal, limit => this.#options.network.send(contact, message, limit))
  }

  /** Decodes a message from another node. Reports and throws `bad-message`. */
  decode(from: Pick<Contact, 'id' | 'ip'>, bytes: Uint8Array): Message {
    try {
      return decodeMessage(bytes)
    } catch (error) {
      this.report(from, 'bad-message')
      throw error
    }
  }

  report({ id, ip }: Pick<Contact, 'id' | 'ip'>, reason: Misconduct): void {
    this.#options.onMisconduct?.(id, ip, reason)
  }

  /**
   * Returns a node named by another one at `from`, with the addresses that we may dial, or null if
   * there are none.
   */
  contact(peer: NamedPeer, from: Uint8Array | null, mayRelay: boolean): Contact | null {
    const { addresses, ip } = this.#options.network.dialable(peer.addresses, from, mayRelay)
    return addresses.length > 0 ? { id: peer.id, key: keyOf(peer.id), addresses, ip } : null
  }

  /** Limits `work` to the response time of a node. */
  async #timed<R>(outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const limit = new AbortController()
    const cancel = this.#options.clock.after(RESPONSE_MS, () =>
      limit.abort(new Error('The node did not respond')),
    )
    const signals = [limit.signal, this.#abort.signal, ...(outer ? [outer] : [])]
    try {
      return await work(AbortSignal.any(signals))
    } finally {
      cancel()
    }
  }
}
