import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { formatHostPort } from '../base/ip.ts'
import type { Connection, PeerAddress, Transport } from './transport.ts'

/** How long the preferred transport may take to connect before the next one is tried at the same time. */
export const HEAD_START_MS = 1000
/** Addresses whose failed transports are remembered. The oldest are forgotten. */
export const MAX_REMEMBERED = 1000
/** A failure is forgotten after this time: networks change. */
export const REMEMBERED_MS = 30 * 60_000

interface Failure {
  readonly transport: Transport
  readonly untilMs: number
}

/**
 * The transports of a session, in order of preference, and the choice among them for each address.
 *
 * Of several transports that can dial an address, the first gets a head start; the next follows when that has passed, or at once when all
 * earlier ones have failed. The first connection wins, and the other attempts are aborted. Transports that failed, or were overtaken, are
 * remembered for that address and tried last until the failure expires.
 */
export class TransportSet {
  readonly #clock: Clock
  readonly #transports: Transport[]
  /** By address. Insertion order is the order of age. */
  readonly #failures = new Map<string, readonly Failure[]>()

  constructor(clock: Clock, transports: readonly Transport[]) {
    this.#clock = clock
    this.#transports = [...transports]
  }

  /** All transports, the preferred ones first. */
  get all(): readonly Transport[] {
    return this.#transports
  }

  /** How many addresses are remembered. */
  get remembered(): number {
    return this.#failures.size
  }

  /** Adds a transport after all others. Throws `bad-argument` if there is one of its kind. */
  add(transport: Transport): void {
    const { kind } = transport
    if (this.#transports.some(other => other.kind === kind))
      throw new ShoalError('bad-argument', `this session has a ${kind} transport already: remove it first`)
    this.#transports.push(transport)
  }

  remove(transport: Transport): void {
    const at = this.#transports.indexOf(transport)
    if (at >= 0) this.#transports.splice(at, 1)
  }

  /**
   * Opens a connection over whichever transport reaches the address. Rejects with `unsupported` if none can, with the error of the preferred
   * transport if all fail, or with the signal's reason.
   */
  dial(address: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    const transports = this.#choose(address)
    if (transports.length === 1) return transports[0]!.dial(address, { signal })
    if (transports.length === 0) {
      const error = new ShoalError('unsupported', `No transport of this session reaches ${address.host}`)
      return Promise.reject(error)
    }
    return this.#race(transports, address, signal)
  }

  /** The transports that can dial the address, those that failed for it last. */
  #choose(address: PeerAddress): Transport[] {
    const able = this.#transports.filter(transport => transport.canDial(address))
    const failures = this.#failuresOf(address)
    const hasFailed = (transport: Transport) => failures.some(failure => failure.transport === transport)
    return [...able.filter(transport => !hasFailed(transport)), ...able.filter(hasFailed)]
  }

  #race(transports: readonly Transport[], address: PeerAddress, signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const aborts = new Map<Transport, AbortController>()
      let next = 0
      let firstError: unknown
      let isOver = false
      let cancelHeadStart = () => {}

      const finish = (reason: unknown) => {
        isOver = true
        cancelHeadStart()
        signal.removeEventListener('abort', onAbort)
        for (const abort of aborts.values()) abort.abort(reason)
      }
      const onAbort = () => {
        finish(signal.reason)
        reject(signal.reason)
      }
      const start = () => {
        cancelHeadStart()
        const transport = transports[next++]
        if (!transport) return
        const abort = new AbortController()
        aborts.set(transport, abort)
        if (next < transports.length) cancelHeadStart = this.#clock.after(HEAD_START_MS, start)
        transport.dial(address, { signal: abort.signal }).then(
          connection => {
            aborts.delete(transport)
            if (isOver) return connection.close()
            finish(new ShoalError('closed', 'Another transport connected first'))
            this.#remember(address, transports.slice(0, transports.indexOf(transport)), transport)
            resolve(connection)
          },
          error => {
            aborts.delete(transport)
            if (isOver) return
            if (transport === transports[0]) firstError = error
            if (aborts.size > 0) return
            if (next < transports.length) return start()
            finish(error)
            reject(firstError)
          },
        )
      }
      signal.addEventListener('abort', onAbort, { once: true })
      start()
    })
  }

  #failuresOf(address: PeerAddress): readonly Failure[] {
    const key = formatHostPort(address.host, address.port)
    const now = this.#clock.nowMs()
    const failures = (this.#failures.get(key) ?? []).filter(({ untilMs }) => untilMs > now)
    if (failures.length === 0) this.#failures.delete(key)
    return failures
  }

  /** Records the transports that failed while another one connected. If all fail, the peer is probably gone, so nothing is recorded. */
  #remember(address: PeerAddress, failed: readonly Transport[], connected: Transport): void {
    const kept = this.#failuresOf(address).filter(({ transport }) => transport !== connected)
    const untilMs = this.#clock.nowMs() + REMEMBERED_MS
    const fresh = failed.map(transport => ({ transport, untilMs }))
    const failures = [...kept.filter(({ transport }) => !failed.includes(transport)), ...fresh]
    const key = formatHostPort(address.host, address.port)
    this.#failures.delete(key)
    if (failures.length === 0) return
    this.#failures.set(key, failures)
    if (this.#failures.size > MAX_REMEMBERED) this.#failures.delete(this.#failures.keys().next().value!)
  }
}
