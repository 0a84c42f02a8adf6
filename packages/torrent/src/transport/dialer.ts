import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { formatHostPort } from '../base/ip.ts'
import { limited } from '../base/limited.ts'
import { isLocalAddress } from '../base/local-address.ts'
import type { Connection, DialOptions, PeerAddress, Transport, TransportKind } from './transport.ts'

/** Head start of the preferred transport before the next one is tried concurrently. */
export const HEAD_START_MS = 1000
/**
 * A transport that was overtaken at this many addresses in a row is probably blocked, as UDP is in
 * some networks.
 */
export const MAX_OVERTAKEN = 8

/**
 * The order in which transports for IP addresses are tried, and head starts other than
 * HEAD_START_MS.
 */
interface DialRule {
  readonly order: readonly TransportKind[]
  readonly headStartMs: Partial<Record<TransportKind, number>>
}

export const DIAL_RULES: Record<'local' | 'internet', DialRule> = {
  // A local network needs no deference to other traffic, and TCP takes less processor time.
  local: { order: ['tcp', 'utp'], headStartMs: {} },
  // uTP yields to other traffic and passes more routers. Two of its SYNs may be lost.
  internet: { order: ['utp', 'tcp'], headStartMs: { utp: 3000 } },
}

/** Time limit of one alternative address. */
export const ALTERNATIVE_MS = 4000

/** Maximum number of addresses whose failed transports are remembered. The oldest are forgotten. */
export const MAX_REMEMBERED = 1000
/** A failure is forgotten after this time: networks change. */
export const REMEMBERED_MS = 30 * 60_000

type Dial = Transport['dial']

interface Failure {
  readonly transport: Transport
  readonly untilMs: number
}

/**
 * Dials an address over one of several transports.
 *
 * The first, by DIAL_RULES and then by preference, gets a head start; the next follows when that
 * has passed, or at once when all earlier ones have failed. The first connection wins, and the
 * other attempts are aborted. Transports that failed, or were overtaken, are remembered for that
 * address and tried last until the failure expires. One that was overtaken at many addresses in a
 * row is tried last everywhere.
 */
export class Dialer {
  readonly #clock: Clock
  /** By address. Insertion order is the order of age. */
  readonly #failures = new Map<string, readonly Failure[]>()
  /** Number of times in a row that another transport connected first. */
  readonly #overtaken = new Map<Transport, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of addresses that are remembered. */
  get remembered(): number {
    return this.#failures.size
  }

  /**
   * Dials over any of the transports, all of which can dial the address, except excluded ones.
   * `set` dials alternative addresses of the peer. Rejects as `TransportSet.dial` does.
   */
  async dial(
    transports: readonly Transport[],
    address: PeerAddress,
    { signal, without = [] }: DialOptions,
    set: { dial(address: PeerAddress, options: DialOptions): Promise<Connection> },
  ): Promise<Connection> {
    const usable = transports.filter(({ kind }) => !without.includes(kind))
    const [only] = usable
    if (usable.length > 1) return this.#race(this.#order(usable, address), address, signal)
    if (!only) throw new ShoalError('unsupported', `${address.host}: these connections are switched off`)
    const dialOther: Dial = (other, options) => set.dial(other, { ...options, without })
    return only.alternatives
      ? this.#dialBest(only, address, signal, dialOther)
      : only.dial(address, { signal })
  }

  async #dialBest(
    transport: Transport,
    address: PeerAddress,
    signal: AbortSignal,
    dialOther: Dial,
  ): Promise<Connection> {
    for (const other of await transport.alternatives!(address, { signal })) {
      const limit = limited(this.#clock, ALTERNATIVE_MS, signal)
      try {
        return await dialOther(other, { signal: limit.signal })
      } catch {
        signal.throwIfAborted()
      } finally {
        limit.end()
      }
    }
    return transport.dial(address, { signal })
  }

  /**
   * The transports in the order in which they are tried, those that failed for the address last.
   */
  #order(transports: readonly Transport[], address: PeerAddress): Transport[] {
    const able = inOrder(transports, ruleFor(address).order)
    const failures = this.#failuresOf(address)
    const handicap = (transport: Transport) => {
      if (failures.some(failure => failure.transport === transport)) return 2
      return (this.#overtaken.get(transport) ?? 0) >= MAX_OVERTAKEN ? 1 : 0
    }
    return able.sort((a, b) => handicap(a) - handicap(b))
  }

  #race(transports: readonly Transport[], address: PeerAddress, signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const aborts = new Map<Transport, AbortController>()
      const { headStartMs } = ruleFor(address)
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
        const headStart = headStartMs[transport.kind] ?? HEAD_START_MS
        if (next < transports.length) cancelHeadStart = this.#clock.after(headStart, start)
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

  /**
   * Records the transports that failed while another one connected. If all fail, the peer is
   * probably offline, so nothing is recorded.
   */
  #remember(address: PeerAddress, failed: readonly Transport[], connected: Transport): void {
    this.#overtaken.delete(connected)
    for (const transport of failed) this.#overtaken.set(transport, (this.#overtaken.get(transport) ?? 0) + 1)
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

function ruleFor({ host }: PeerAddress): DialRule {
  return DIAL_RULES[isLocalAddress(host) ? 'local' : 'internet']
}

/**
 * Puts the transports whose kinds are in `order` into that order. The others stay where they are.
 */
function inOrder(transports: readonly Transport[], order: readonly TransportKind[]): Transport[] {
  const ranked = transports
    .filter(({ kind }) => order.includes(kind))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return transports.map(transport => (order.includes(transport.kind) ? ranked.shift()! : transport))
}
