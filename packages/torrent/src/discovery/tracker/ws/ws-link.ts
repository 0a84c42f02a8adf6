import type { Clock } from '../../../base/clock.ts'
import { ShoalError } from '../../../base/errors.ts'
import { type AnnounceAnswer, type ScrapeEntry, TrackerError } from '../tracker.ts'
import type { OpenSocket, Socket } from './web-socket.ts'
import { parseTrackerMessage, type TrackerMessage } from './ws-messages.ts'

/** Messages that are read: this many at once, and then this many a second. A tracker that floods is not listened to. */
const BURST_MESSAGES = 1000
const MESSAGES_PER_SECOND = 100

export interface WsLinkOptions {
  readonly url: string
  readonly clock: Clock
  readonly openSocket: OpenSocket
  /** An offer of somebody's, an answer to ours, a candidate. */
  readonly onSignal: (message: TrackerMessage) => void
  /** The connection is gone, and with it all that the tracker knew of us. */
  readonly onLost: () => void
}

interface Waiter<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/** One WebSocket to one tracker, for all torrents. Opens when it is made; once closed it stays closed. */
export class WsLink {
  /** Torrents that the tracker knows of by us: 20-character hashes. */
  readonly members = new Set<string>()
  /** Calls that use the link now. */
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
      onClose: () => this.#end(new TrackerError('unreachable', 'the tracker cannot be reached, or hung up')),
    })
  }

  /** Resolves when it is open. Rejects with a TrackerError or the signal's reason. */
  opened(signal: AbortSignal): Promise<void> {
    return unlessAborted(this.#opened.promise, signal)
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  /** The tracker's answer to an announce of the torrent. */
  async announced(infoHash: string, signal: AbortSignal): Promise<AnnounceAnswer> {
    const waiters = this.#announces.get(infoHash) ?? []
    this.#announces.set(infoHash, waiters)
    const waiter = Promise.withResolvers<AnnounceAnswer>()
    waiters.push(waiter)
    try {
      return await unlessAborted(waiter.promise, signal)
    } finally {
      remove(waiters, waiter)
      if (waiters.length === 0) this.#announces.delete(infoHash)
    }
  }

  /** The tracker's answer to the oldest scrape. */
  async scraped(signal: AbortSignal): Promise<Map<string, ScrapeEntry>> {
    const waiter = Promise.withResolvers<Map<string, ScrapeEntry>>()
    this.#scrapes.push(waiter)
    try {
      return await unlessAborted(waiter.promise, signal)
    } finally {
      remove(this.#scrapes, waiter)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close()
    this.#reject(new ShoalError('closed', 'the trackers were closed'))
  }

  /** As if the tracker had hung up. */
  giveUp(): void {
    this.#socket.close()
    this.#end(new TrackerError('unreachable', 'the network changed'))
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
    const error = new TrackerError('refused', `the tracker says: ${reason}`)
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

  #end(error: Error): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reject(error)
    this.#options.onLost()
  }

  /** Ends what waits for the tracker. */
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

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
