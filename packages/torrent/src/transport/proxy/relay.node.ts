import type { Socket } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import type { DatagramOptions, DatagramSocket, IpFamily, OnDatagram, OpenDatagram } from '../datagram.ts'
import { encodeDatagram, parseDatagram } from './socks.ts'
import type { ProxyClient } from './tunnel.node.ts'

/** Maximum number of datagrams that wait for the first answer of the proxy. */
const MAX_WAITING = 64
const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000
/** A proxy without a relay may offer one after its next update. */
const UNSUPPORTED_RETRY_MS = 10 * 60_000

export interface RelayOptions {
  readonly client: ProxyClient
  readonly clock: Clock
  /** Opens the socket to the proxy's relay. */
  readonly openDatagram: OpenDatagram
}

/** The relay of the proxy, as long as its connection lasts. */
interface Association {
  readonly control: Socket
  readonly local: DatagramSocket
  readonly host: string
  readonly port: number
}

/**
 * A UDP socket behind a SOCKS5 proxy (RFC 1928, 7). Hosts may be names, which the proxy resolves;
 * their answers come from IP addresses. It requests a relay at once, and again whenever that is
 * lost; until then datagrams are dropped, and never sent another way.
 */
export class RelaySocket implements DatagramSocket {
  readonly family: IpFamily
  /** Our external address and port are unknown. */
  readonly port: number
  readonly localAddress: string
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  /**
   * Settles with the first answer of the proxy. Rejects with `unsupported` if it has no relay, or
   * with a ProxyFailure.
   */
  readonly first: Promise<void>
  readonly #options: RelayOptions
  readonly #unref: boolean
  readonly #abort = new AbortController()
  #association: Association | null = null
  /** Null as soon as the proxy has answered for the first time. */
  #waiting: (() => void)[] | null = []
  #failure: unknown
  #retryMs = FIRST_RETRY_MS
  #cancelRetry = () => {}

  constructor(options: RelayOptions, { family, port, unref = false }: DatagramOptions) {
    this.#options = options
    this.family = family
    this.port = port
    this.localAddress = family === 4 ? '0.0.0.0' : '::'
    this.#unref = unref
    this.first = this.#associate().finally(() => this.#sendWaiting())
    this.first.catch(() => {})
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    const association = this.#association
    if (this.#abort.signal.aborted)
      onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
    else if (!association && this.#waiting && this.#waiting.length < MAX_WAITING) {
      const copy = bytes.slice()
      this.#waiting.push(() => this.send(copy, host, port, onFailure))
    } else if (!association) onFailure?.(this.#unavailable())
    else
      try {
        const wrapped = encodeDatagram({ host, port }, bytes)
        association.local.send(wrapped, association.host, association.port, onFailure)
      } catch (error) {
        onFailure?.(error as Error)
      }
  }

  async close(): Promise<void> {
    this.onMessage = null
    this.onTurnEnd = null
    this.#cancelRetry()
    this.#abort.abort(new ShoalError('closed', 'the socket was closed'))
    await this.#drop()
  }

  async #associate(): Promise<void> {
    const { signal } = this.#abort
    try {
      const association = await this.#open(signal)
      if (signal.aborted) return await closeAssociation(association)
      this.#association = association
      this.#retryMs = FIRST_RETRY_MS
      const { control, local, host, port } = association
      local.onMessage = (bytes, from, fromPort) => {
        // Only the relay may pass datagrams on to us.
        if (fromPort === port && canonicalIp(from) === host) this.#receive(bytes)
      }
      local.onTurnEnd = () => this.onTurnEnd?.()
      // RFC 1928, 7: the relay ends with the connection. Nothing is to be read from it.
      control.on('error', () => {})
      control.on('close', () => void this.#lost())
      control.resume()
    } catch (error) {
      if (signal.aborted) return
      this.#failure = error
      this.#retryLater(error)
      throw error
    }
  }

  #sendWaiting(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const send of waiting) send()
  }

  async #open(signal: AbortSignal): Promise<Association> {
    const { client, openDatagram } = this.#options
    const { socket: control, port } = await client.associate(signal)
    try {
      if (this.#unref) control.unref()
      const host = canonicalIp(control.remoteAddress ?? '')
      if (host === null) throw new ShoalError('closed', 'the proxy closed the connection')
      const family = host.includes(':') ? 6 : 4
      const local = await openDatagram({ family, port: 0, unref: this.#unref })
      return { control, local, host, port }
    } catch (error) {
      control.destroy()
      throw error
    }
  }

  #receive(bytes: Uint8Array): void {
    const datagram = parseDatagram(bytes)
    if (!datagram) return
    const { host, port } = datagram.from
    const source = canonicalIp(host)
    if (source === null || source.includes(':') !== (this.family === 6)) return
    this.onMessage?.(datagram.payload, source, port)
  }

  async #lost(): Promise<void> {
    if (this.#abort.signal.aborted) return
    await this.#drop()
    this.#retryLater(undefined)
  }

  #retryLater(error: unknown): void {
    const isUnsupported = error instanceof ShoalError && error.code === 'unsupported'
    const waitMs = isUnsupported ? UNSUPPORTED_RETRY_MS : this.#retryMs
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS)
    this.#cancelRetry = this.#options.clock.after(waitMs, () => void this.#associate().catch(() => {}))
  }

  async #drop(): Promise<void> {
    const association = this.#association
    this.#association = null
    if (association) await closeAssociation(association)
  }

  #unavailable(): ShoalError {
    const why = this.#failure === undefined ? 'the proxy has not answered yet' : messageOf(this.#failure)
    return new ShoalError('unreachable', `cannot send through the proxy: ${why}`)
  }
}

async function closeAssociation({ control, local }: Association): Promise<void> {
  control.destroy()
  await local.close()
}
