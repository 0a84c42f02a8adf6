import { abortable } from '../../base/abort.ts'
import { readU32 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import type { Random } from '../../base/random.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../../transport/datagram.ts'
import { TrackerError } from './tracker.ts'
import { ACTION, decodeConnect, decodeError, decodeHead, encodeConnect } from './udp-messages.ts'

export interface UdpEndpoint {
  /** IP literal; a name if a proxy resolves it. */
  readonly host: string
  readonly port: number
  readonly family: IpFamily
}

/** BEP 15: "a client can use a connection ID until one minute after it has received it". */
const CONNECTION_MS = 60_000
/**
 * BEP 15: wait 15 * 2 ^ n seconds, then send again, with n up to 8. Here n stops at 1, so that a
 * tier soon tries its next tracker.
 */
const FIRST_WAIT_MS = 15_000
const MAX_N = 1
const MAX_TRIES = 4
const MAX_CONNECTIONS = 1000

interface PendingRequest {
  readonly endpoint: UdpEndpoint
  readonly action: number
  readonly settle: (answer: Uint8Array | Error) => void
}

interface ConnectionId {
  readonly id: Uint8Array
  readonly untilMs: number
}

/**
 * Requests to UDP trackers: connection IDs, transactions and retransmission. Uses one socket per
 * address family.
 */
export class UdpExchange {
  readonly #options: { clock: Clock; random: Random; openDatagram: OpenDatagram }
  readonly #sockets = new Map<IpFamily, Promise<DatagramSocket>>()
  /** By transaction ID. */
  readonly #pending = new Map<number, PendingRequest>()
  readonly #connections = new Map<string, ConnectionId>()
  readonly #connecting = new Map<string, Promise<ConnectionId | null>>()
  #closed = false

  constructor(options: { clock: Clock; random: Random; openDatagram: OpenDatagram }) {
    this.#options = options
  }

  /**
   * Sends a request other than connect and resolves to the response. Rejects with a TrackerError
   * (`refused` with the tracker's message, `timeout`, `unreachable`, `unsupported` if the address
   * family is not available, `closed`) or with the signal's reason.
   */
  async ask(
    endpoint: UdpEndpoint,
    action: number,
    signal: AbortSignal,
    build: (connectionId: Uint8Array, transaction: number) => Uint8Array,
  ): Promise<Uint8Array> {
    let mayReconnect = true
    let n = 0
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const kept = this.#connectionId(endpoint)
      const connection = kept ?? (await abortable(this.#connect(endpoint, waitMs(n)), signal))
      // A tracker that sent a connection ID is alive: start with the shortest wait again.
      n = kept ? n : connection ? 0 : n + 1
      if (!connection) continue
      const answer = await this.#send(endpoint, action, waitMs(n), signal, transaction =>
        build(connection.id, transaction),
      )
      if (!answer) {
        n++
        continue
      }
      if (decodeHead(answer)!.action === action) return answer
      this.#connections.delete(keyOf(endpoint))
      // A restarted tracker no longer knows our connection ID, and reports that with an error like
      // any other.
      if (!kept || !mayReconnect) throw new TrackerError('refused', decodeError(answer))
      mayReconnect = false
    }
    throw new TrackerError('timeout', 'The tracker does not answer')
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const request of [...this.#pending.values()]) request.settle(closedError())
    await Promise.all(
      [...this.#sockets.values()].map(socket => socket.then(open => open.close()).catch(() => {})),
    )
  }

  #connectionId(endpoint: UdpEndpoint): ConnectionId | undefined {
    const kept = this.#connections.get(keyOf(endpoint))
    return kept && kept.untilMs > this.#options.clock.nowMs() ? kept : undefined
  }

  /**
   * Resolves to null if there was no response. Concurrent calls for the same tracker share one
   * request.
   */
  #connect(endpoint: UdpEndpoint, waitForMs: number): Promise<ConnectionId | null> {
    const key = keyOf(endpoint)
    const running = this.#connecting.get(key)
    if (running) return running
    const request = this.#requestConnection(endpoint, waitForMs).finally(() => this.#connecting.delete(key))
    this.#connecting.set(key, request)
    // All callers may have been cancelled.
    request.catch(() => {})
    return request
  }

  async #requestConnection(endpoint: UdpEndpoint, waitForMs: number): Promise<ConnectionId | null> {
    const answer = await this.#send(endpoint, ACTION.connect, waitForMs, undefined, encodeConnect)
    if (!answer) return null
    if (decodeHead(answer)!.action === ACTION.error) throw new TrackerError('refused', decodeError(answer))
    const id = decodeConnect(answer)
    if (!id) throw new TrackerError('bad-message', 'The tracker sent a response that is too short')
    const connection = { id, untilMs: this.#options.clock.nowMs() + CONNECTION_MS }
    if (this.#connections.size >= MAX_CONNECTIONS) {
      this.#connections.delete(this.#connections.keys().next().value!)
    }
    this.#connections.set(keyOf(endpoint), connection)
    return connection
  }

  /**
   * Sends once. Resolves to the response (of this action, or an error), or null if there was none
   * in time.
   */
  async #send(
    endpoint: UdpEndpoint,
    action: number,
    waitForMs: number,
    signal: AbortSignal | undefined,
    build: (transaction: number) => Uint8Array,
  ): Promise<Uint8Array | null> {
    const socket = await this.#socket(endpoint.family)
    signal?.throwIfAborted()
    if (this.#closed) throw closedError()
    return new Promise((resolve, reject) => {
      const transaction = this.#freshTransaction()
      const settle = (answer: Uint8Array | Error | null) => {
        this.#pending.delete(transaction)
        cancelWait()
        signal?.removeEventListener('abort', abort)
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      }
      const abort = () => settle(asError(signal!.reason))
      const cancelWait = this.#options.clock.after(waitForMs, () => settle(null))
      signal?.addEventListener('abort', abort, { once: true })
      this.#pending.set(transaction, { endpoint, action, settle })
      socket.send(build(transaction), endpoint.host, endpoint.port, error =>
        settle(new TrackerError('unreachable', messageOf(error), { cause: error })),
      )
    })
  }

  #freshTransaction(): number {
    // Anyone who can guess it can forge a response, so it comes from the secure generator.
    for (;;) {
      const transaction = readU32(this.#options.random.bytes(4), 0)
      if (!this.#pending.has(transaction)) return transaction
    }
  }

  async #socket(family: IpFamily): Promise<DatagramSocket> {
    if (this.#closed) throw closedError()
    let opening = this.#sockets.get(family)
    if (!opening) {
      opening = this.#options.openDatagram({ family, port: 0, unref: true })
      this.#sockets.set(family, opening)
    }
    try {
      const socket = await opening
      socket.onMessage ??= (bytes, host, port) => this.#receive(bytes, host, port)
      return socket
    } catch (error) {
      // The next announce tries again: the machine may be online by then.
      this.#sockets.delete(family)
      const code = error instanceof ShoalError ? error.code : 'unsupported'
      throw new TrackerError(code, messageOf(error), { cause: error })
    }
  }

  /** Drops everything but responses to pending requests from the endpoint that was queried. */
  #receive(bytes: Uint8Array, host: string, port: number): void {
    const head = decodeHead(bytes)
    const request = head && this.#pending.get(head.transaction)
    if (!head || !request || port !== request.endpoint.port) return
    // Only the proxy knows the address behind a name. Others cannot guess the transaction ID.
    const asked = canonicalIp(request.endpoint.host)
    if (asked !== null && asked !== canonicalIp(host)) return
    if (head.action !== request.action && head.action !== ACTION.error) return
    request.settle(bytes)
  }
}

const waitMs = (n: number) => FIRST_WAIT_MS * 2 ** Math.min(n, MAX_N)
const keyOf = (endpoint: UdpEndpoint) => `${endpoint.host} ${endpoint.port}`

function closedError(): TrackerError {
  return new TrackerError('closed', 'The trackers were closed: open a session again')
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ShoalError('cancelled', String(reason))
}
