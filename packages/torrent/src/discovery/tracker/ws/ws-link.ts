import { abortable } from '../../../base/abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { ShoalError } from '../../../base/errors.ts'
import { type AnnounceAnswer, type ScrapeEntry, TrackerError } from '../tracker.ts'
import type { OpenSocket, Socket } from './web-socket.ts'
import { parseTrackerMessage, type TrackerMessage } from './ws-messages.ts'

/** Limits on received messages; those of a tracker that floods us are dropped. */
const BURST_MESSAGES = 1000
const MESSAGES_PER_SECOND = 100

export interface WsLinkOptions {
  readonly url: string
  readonly clock: Clock
  readonly openSocket: OpenSocket
  /** An offer, an answer to one of ours, or a candidate. */
  readonly onSignal: (message: TrackerMessage) => void
  /**
   * The connection was lost, and with it the tracker's state about us. `reason`: from the tracker.
   */
  readonly onLost: (reason?: string) => void
}

interface Waiter<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/**
 * One WebSocket connection to one tracker, for all torrents. The constructor opens it; it is not
 * reopened.
 */
export class WsLink {
  /** Info hashes, as 20 characters, of the torrents that we have announced. */
  readonly members = new Set<string>()
  /** Number of calls that are using the link. */
  users = 0
  readonly #options: WsLinkOptions
  readonly #socket: Socket
  readonly #opened = Promise.withResolvers<void>()
  readonly #announces = new Map<string, Waiter<AnnounceAnswer>[]>()
  readonly #scrapes: Waiter<Map<string, ScrapeEntry>>[] = []
  #allowance = BURST_MESSAGES
  #allowedMs: number
  #isClosed = false

  constructor(options: WsLinkOptions) {
    this.#options = options
    this.#allowedMs = options.clock.nowMs()
    this.#opened.promise.catch(() => {})
    this.#socket = options.openSocket(options.url, {
      onOpen: () => this.#opened.resolve(),
      onText: text => this.#onText(text),
      onClose: reason =>
        this.#end(
          new TrackerError('unreachable', 'The tracker cannot be reached or closed the connection'),
          reason,
        ),
    })
  }

  /** Resolves once the connection is open. Rejects with a TrackerError or the signal's reason. */
  opened(signal: AbortSignal): Promise<void> {
    return abortable(this.#opened.promise, signal)
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  /** Resolves to the tracker's next response to an announce of the torrent. */
  async announced(infoHash: string, signal: AbortSignal): Promise<AnnounceAnswer> {
    const waiters = this.#announces.get(infoHash) ?? []
    this.#announces.set(infoHash, waiters)
    const waiter = Promise.withResolvers<AnnounceAnswer>()
    waiters.push(waiter)
    try {
      return await abortable(waiter.promise, signal)
    } finally {
      remove(waiters, waiter)
      if (waiters.length === 0) this.#announces.delete(infoHash)
    }
  }

  /**
   * Resolves to the tracker's next scrape response; responses arrive in the order of the requests.
   */
  async scraped(signal: AbortSignal): Promise<Map<string, ScrapeEntry>> {
    const waiter = Promise.withResolvers<Map<string, ScrapeEntry>>()
    this.#scrapes.push(waiter)
    try {
      return await abortable(waiter.promise, signal)
    } finally {
      remove(this.#scrapes, waiter)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close()
    this.#reject(new ShoalError('closed', 'The trackers were closed'))
  }

  /** Closes the connection as if the tracker had done so. */
  disconnect(): void {
    this.#socket.close()
    this.#end(new TrackerError('unreachable', 'The network changed'))
  }

  #onText(text: string): void {
    if (this.#isClosed || !this.#mayRead()) return
    const message = parseTrackerMessage(text)
    if (!message) return
    if (message.kind === 'announced') this.#announces.get(message.infoHash)?.[0]?.resolve(message.answer)
    else if (message.kind === 'scraped') this.#scrapes[0]?.resolve(message.entries)
    else if (message.kind === 'failure') this.#fail(message)
    else this.#options.onSignal(message)
  }

  #fail({ infoHash, reason }: TrackerMessage & { kind: 'failure' }): void {
    const error = new TrackerError('refused', `The tracker refused: ${reason}`)
    if (infoHash === undefined) this.#reject(error)
    else this.#announces.get(infoHash)?.[0]?.reject(error)
  }

  #mayRead(): boolean {
    const nowMs = this.#options.clock.nowMs()
    const more = ((nowMs - this.#allowedMs) / 1000) * MESSAGES_PER_SECOND
    this.#allowance = Math.min(BURST_MESSAGES, this.#allowance + more)
    this.#allowedMs = nowMs
    if (this.#allowance < 1) return false
    this.#allowance--
    return true
  }

  #end(error: Error, reason?: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reject(error)
    this.#options.onLost(reason)
  }

  #reject(error: Error): void {
    if (this.#isClosed) this.#opened.reject(error)
    for (const waiters of [...this.#announces.values()]) for (const waiter of waiters) waiter.reject(error)
    for (const waiter of [...this.#scrapes]) waiter.reject(error)
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item)
  if (at >= 0) list.splice(at, 1)
}
