import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { OpenDatagram } from '../transport/datagram.ts'
import { problemOfAddress } from './external-address.ts'
import { NatPmpProtocol } from './nat-pmp-protocol.ts'
import { type Nonces, PcpProtocol } from './pcp-protocol.ts'
import type { MappedTransport, PortMapping, PortMappingProblem, PortsToMap } from './port-mapping.ts'
import {
  type Granted,
  type LocalNetwork,
  type MappingProtocol,
  type MapRequest,
  RouterError,
} from './protocol.ts'
import type { RouterHttp } from './router-http.ts'
import { RouterPort, type RouterPortOptions } from './router-port.ts'
import { type FoundDevice, findDevice } from './upnp-discovery.ts'

/** Time for better protocols to answer after one has. */
const GRACE_MS = 1500
/** Waits after failures: doubled from the first to the last. */
const RETRY_MS = { first: 5000, last: 10 * 60_000 }
/** Interval between renewals of permanent mappings, since the router may have forgotten them. */
const PERMANENT_RENEWAL_MS = 20 * 60_000
/** Shortest interval between renewals, however short the granted lifetime. */
const MIN_RENEWAL_MS = 30_000
/**
 * Mappings are renewed at most this often because of announcements, which anyone in the network can
 * send.
 */
const HINT_PERIOD_MS = 10_000
/** Time for a router to answer a last request when we close. */
const LAST_ANSWER_MS = 1000
/**
 * RFC 6887 section 14.1.3: after an announcement, clients wait up to five seconds, so that they do
 * not all ask at once.
 */
const HINT_DELAY_MS = 5000

export interface RouterLinkOptions {
  readonly clock: Clock
  readonly random: Random
  readonly openDatagram: OpenDatagram
  readonly http: RouterHttp
  readonly network: LocalNetwork
  readonly ports: PortsToMap
  /** Called when `mappings` has changed. */
  readonly onChange: () => void
}

/** A mapping that we hold. */
interface Held {
  readonly protocol: MappingProtocol
  readonly granted: Granted
  /** Monotonic time at which it was granted. */
  readonly atMs: number
}

/** Keeps the ports of one address of this machine mapped at its router. */
export class RouterLink {
  readonly network: LocalNetwork
  readonly #options: RouterLinkOptions
  readonly #abort = new AbortController()
  readonly #held = new Map<MappedTransport, Held>()
  readonly #problems = new Map<MappedTransport, PortMappingProblem>()
  readonly #nonces: Nonces = new Map()
  readonly #running: Promise<void>
  #protocol: MappingProtocol | null = null
  #bootId: string | undefined
  #wake: (() => void) | null = null
  /** Whether something happened while it was not asleep. */
  #isStale = false
  #isSearching = true
  #isClosing = false
  /** Set while a port is being mapped. */
  #asked: Promise<unknown> | null = null
  #hintedMs = Number.NEGATIVE_INFINITY
  #cancelHint: (() => void) | null = null
  #restartedMs = Number.NEGATIVE_INFINITY
  #cancelRestart: (() => void) | null = null

  constructor(options: RouterLinkOptions) {
    this.#options = options
    this.network = options.network
    this.#running = this.#run()
  }

  /** Whether the first attempt is still running. */
  get isSearching(): boolean {
    return this.#isSearching
  }

  /** The router that is used, or would be. */
  get router(): string | null {
    return this.#protocol?.router ?? this.network.gateway
  }

  get mappings(): PortMapping[] {
    return this.#transports().map(([transport, internalPort]) => {
      const held = this.#held.get(transport)
      const address = held?.granted.externalAddress ?? null
      return {
        transport,
        router: held?.protocol.router ?? this.router,
        method: held?.protocol.method ?? null,
        internalAddress: this.network.address,
        internalPort,
        externalAddress: address,
        externalPort: held?.granted.externalPort ?? null,
        expiresMs: held ? this.#expiry(held) : null,
        problem: this.#problems.get(transport) ?? (held ? problemOfAddress(address) : null),
      }
    })
  }

  /** Renews all mappings now. */
  renew(): void {
    this.#isStale = true
    this.#wake?.()
  }

  /**
   * The router may have restarted: renews the mappings soon. `bootId`: from its UPnP announcement;
   * a known one is ignored.
   */
  hint(bootId?: string): void {
    if (bootId !== undefined && bootId === this.#bootId) return
    const { clock, random } = this.#options
    const nowMs = clock.nowMs()
    if (this.#cancelHint || nowMs - this.#hintedMs < HINT_PERIOD_MS) return
    this.#hintedMs = nowMs
    this.#bootId = bootId ?? this.#bootId
    this.#cancelHint = clock.after(random.below(HINT_DELAY_MS), () => {
      this.#cancelHint = null
      this.renew()
    })
  }

  /**
   * The router's clock indicates a restart: renews all mappings at once (RFC 6887 section 8.5),
   * but delays this if it did so just before, since the clocks of some routers jump with each
   * answer.
   */
  #restarted(): void {
    if (this.#cancelRestart || this.#isClosing) return
    const { clock } = this.#options
    const renew = () => {
      this.#cancelRestart = null
      this.#restartedMs = clock.nowMs()
      this.renew()
    }
    const waitMs = this.#restartedMs + MIN_RENEWAL_MS - clock.nowMs()
    if (waitMs <= 0) renew()
    else this.#cancelRestart = clock.after(waitMs, renew)
  }

  /** Removes the mappings; gives up when the signal is aborted. Never rejects. */
  async close(signal: AbortSignal): Promise<void> {
    this.#cancelHint?.()
    this.#cancelRestart?.()
    this.#isClosing = true
    // A mapping in progress can only be removed after the router's answer.
    await this.#lastAnswer()
    this.#abort.abort()
    this.#wake?.()
    await this.#running
    // One after the other: some routers lose simultaneous requests.
    for (const [transport, port] of this.#transports()) {
      const held = this.#held.get(transport)
      await held?.protocol.unmap(transport, port, held.granted, signal).catch(() => {})
    }
    this.#held.clear()
    await this.#protocol?.close()
  }

  #transports(): (readonly [MappedTransport, number])[] {
    const { tcp, udp } = this.#options.ports
    const all = [['tcp', tcp] as const, ['udp', udp] as const]
    return all.filter(([, port]) => port > 0)
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    for (let failures = 0; !signal.aborted; ) {
      this.#isStale = false
      const isMapped = await this.#attempt(signal)
      if (signal.aborted) return
      failures = isMapped ? 0 : failures + 1
      this.#isSearching = false
      this.#options.onChange()
      await this.#sleep(isMapped ? this.#renewalMs() : retryMs(failures))
    }
  }

  /**
   * Maps or renews all ports, with the previous protocol or the best that works. Returns whether
   * that succeeded.
   */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#protocol) {
        if (await this.#mapAll(this.#protocol, signal)) return true
        this.#dropExpired()
        await this.#protocol.close()
        this.#protocol = null
      }
      return await this.#tryProtocols(signal)
    } catch (error) {
      if (!signal.aborted) this.#failed(error)
      return false
    }
  }

  async #tryProtocols(signal: AbortSignal): Promise<boolean> {
    const search = new ProtocolSearch(this.#options, this.#nonces, () => this.#restarted(), signal)
    let refusal: Map<MappedTransport, PortMappingProblem> | null = null
    try {
      for (let found = await search.next(); found; found = await search.next()) {
        this.#bootId = found.bootId
        if (await this.#mapAll(found.protocol, signal)) {
          search.keep(found.protocol)
          this.#protocol = found.protocol
          return true
        }
        // The failure of the best protocol is reported.
        refusal ??= new Map(this.#problems)
      }
    } finally {
      await search.close()
    }
    for (const [transport, problem] of refusal ?? []) this.#problems.set(transport, problem)
    if (!refusal) this.#failed(search.failure)
    return false
  }

  /**
   * Returns false if the first port cannot be mapped. A failure of the other one is only reported.
   */
  async #mapAll(protocol: MappingProtocol, signal: AbortSignal): Promise<boolean> {
    let suggestedPort = 0
    for (const [transport, internalPort] of this.#transports()) {
      if (this.#isClosing) return true
      const before = this.#held.get(transport)
      const previous = before?.protocol === protocol ? before.granted : null
      const wanted = previous?.externalPort ?? (suggestedPort || internalPort)
      try {
        const request = { transport, internalPort, suggestedPort: wanted, previous }
        const granted = await this.#ask(protocol, request, signal)
        if (granted.externalPort === 0)
          throw new RouterError('router-error', `The router at ${protocol.router} opened port 0`)
        this.#held.set(transport, { protocol, granted, atMs: this.#options.clock.nowMs() })
        this.#problems.delete(transport)
        suggestedPort = granted.externalPort
      } catch (error) {
        signal.throwIfAborted()
        this.#problems.set(transport, problemOf(error, internalPort))
        if (suggestedPort === 0) return false
      }
    }
    return true
  }

  async #ask(protocol: MappingProtocol, request: MapRequest, signal: AbortSignal): Promise<Granted> {
    const asked = protocol.map(request, signal)
    this.#asked = asked
    try {
      return await asked
    } finally {
      this.#asked = null
    }
  }

  /** Waits a moment for the answer to a pending request. */
  async #lastAnswer(): Promise<void> {
    const asked = this.#asked
    if (!asked) return
    await new Promise<void>(resolve => {
      const cancel = this.#options.clock.after(LAST_ANSWER_MS, resolve)
      const end = () => {
        cancel()
        resolve()
      }
      asked.then(end, end)
    })
  }

  /** Mappings of a router that does not answer may still work until their lifetime ends. */
  #dropExpired(): void {
    for (const [transport, held] of this.#held) {
      const expiry = this.#expiry(held)
      if (expiry === null || expiry <= this.#options.clock.unixMs()) this.#held.delete(transport)
    }
  }

  #failed(error: unknown): void {
    this.#dropExpired()
    for (const [transport, port] of this.#transports()) this.#problems.set(transport, problemOf(error, port))
  }

  /** Unix milliseconds; null if it does not expire. */
  #expiry({ granted, atMs }: Held): number | null {
    const { clock } = this.#options
    const { lifetimeSeconds } = granted
    return lifetimeSeconds === 0 ? null : clock.unixMs() - clock.nowMs() + atMs + lifetimeSeconds * 1000
  }

  /**
   * RFC 6887 section 11.2.1: a renewal is sent at a random time from one half to five eighths of
   * the lifetime.
   */
  #renewalMs(): number {
    const { random } = this.#options
    const lifetimes = [...this.#held.values()].map(({ granted }) => granted.lifetimeSeconds * 1000)
    const shortest = Math.min(2 * PERMANENT_RENEWAL_MS, ...lifetimes.filter(ms => ms > 0))
    return Math.max(MIN_RENEWAL_MS, shortest * (0.5 + random.below(126) / 1000))
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isStale || this.#abort.signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = this.#options.clock.after(ms, () => wake())
      const wake = () => {
        cancel()
        this.#wake = null
        resolve()
      }
      this.#wake = wake
    })
  }
}

/** Queries a router by all protocols at once, and returns those that it speaks, best first. */
class ProtocolSearch {
  /** Why the protocol that got furthest failed. */
  failure: unknown = new RouterError('no-router', 'No router was found')
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #ended = new AbortController()
  /** By preference; a protocol that is not spoken is null. */
  readonly #results: Promise<FoundDevice | null>[]
  readonly #settled: (FoundDevice | null | undefined)[]
  readonly #used = new Set<FoundDevice>()
  #kept: MappingProtocol | null = null
  #onSettled = () => {}

  constructor(options: RouterLinkOptions, nonces: Nonces, onRestart: () => void, signal: AbortSignal) {
    this.#clock = options.clock
    this.#signal = signal
    const abort = () => this.#ended.abort(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    this.#ended.signal.addEventListener('abort', () => signal.removeEventListener('abort', abort))
    const { network } = options
    const limit = this.#ended.signal
    const finds: Promise<FoundDevice | null>[] = [findDevice(options, limit)]
    if (network.gateway !== null) {
      const place = { ...options, network: { ...network, gateway: network.gateway } }
      if (network.family === 4)
        finds.unshift(findAt(place, port => NatPmpProtocol.find(port, onRestart, limit)))
      finds.unshift(findAt(place, port => PcpProtocol.find(port, nonces, onRestart, limit)))
    }
    this.#settled = finds.map(() => undefined)
    this.#results = finds.map(async (find, i) => {
      const found = await find.catch(error => this.#note(error))
      this.#settled[i] = found
      this.#onSettled()
      return found
    })
  }

  /**
   * Resolves to the best protocol that was not returned yet; null if there is none. Waits a moment
   * for better ones.
   */
  async next(): Promise<FoundDevice | null> {
    await this.#until(() => this.#best() !== null || this.#isComplete(), null)
    await this.#until(() => this.#isFinal(), GRACE_MS)
    this.#signal.throwIfAborted()
    const best = this.#best()
    if (best) this.#used.add(best)
    return best
  }

  /** The protocol survives `close`. */
  keep(protocol: MappingProtocol): void {
    this.#kept = protocol
  }

  async close(): Promise<void> {
    this.#ended.abort(new RouterError('no-answer', 'The search is over'))
    for (const found of await Promise.all(this.#results))
      if (found && found.protocol !== this.#kept) await found.protocol.close()
  }

  #best(): FoundDevice | null {
    return this.#settled.find(found => found && !this.#used.has(found)) ?? null
  }

  #isComplete(): boolean {
    return this.#settled.every(found => found !== undefined)
  }

  /** Whether no better protocol can still answer. */
  #isFinal(): boolean {
    const best = this.#best()
    return !this.#settled.slice(0, best ? this.#settled.indexOf(best) : undefined).includes(undefined)
  }

  #until(condition: () => boolean, limitMs: number | null): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = limitMs === null ? () => {} : this.#clock.after(limitMs, () => end())
      const end = () => {
        cancel()
        this.#onSettled = () => {}
        resolve()
      }
      this.#onSettled = () => {
        if (condition()) end()
      }
    })
  }

  #note(error: unknown): null {
    const weight = (each: unknown) =>
      each instanceof RouterError ? (each.code === 'no-router' ? 0 : each.code === 'no-answer' ? 1 : 2) : 1
    if (weight(error) > weight(this.failure)) this.failure = error
    return null
  }
}

/** Opens a socket for a protocol. Closes it if the router does not speak that protocol. */
async function findAt(
  options: RouterPortOptions,
  find: (port: RouterPort) => Promise<MappingProtocol | null>,
): Promise<FoundDevice | null> {
  const port = await RouterPort.open(options)
  try {
    const protocol = await find(port)
    if (protocol) return { protocol, bootId: undefined }
  } catch (error) {
    await port.close()
    throw error
  }
  await port.close()
  return null
}

function retryMs(failures: number): number {
  return Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** (failures - 1))
}

function problemOf(error: unknown, port: number): PortMappingProblem {
  const code = error instanceof RouterError ? error.code : 'router-error'
  const what = messageOf(error)
  switch (code) {
    case 'no-router':
    case 'no-answer':
      return {
        code,
        message: `${what}. Turn on UPnP, NAT-PMP or PCP in the router's settings, or forward port ${port} to this machine there.`,
      }
    case 'refused':
      return {
        code,
        message: `${what}. Allow it in the router's settings, or forward port ${port} to this machine there.`,
      }
    case 'port-taken':
      return { code, message: `${what}. Choose another port in the settings.` }
    default:
      return { code, message: `${what}. Forward port ${port} to this machine in the router's settings.` }
  }
}
