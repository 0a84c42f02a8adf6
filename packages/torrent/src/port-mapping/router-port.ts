import type { Clock } from '../base/clock.ts'
import { canonicalIp } from '../base/ip.ts'
import type { Random } from '../base/random.ts'
import type { DatagramSocket, OpenDatagram } from '../transport/datagram.ts'
import { type LocalNetwork, RouterError } from './protocol.ts'

/** RFC 6886 section 3.1 and RFC 6887 section 8: the port of both protocols. */
export const ROUTER_PORT = 5351

export interface RouterPortOptions {
  readonly clock: Clock
  readonly random: Random
  readonly openDatagram: OpenDatagram
  readonly network: LocalNetwork & { readonly gateway: string }
}

/** Exchanges datagrams with one router, from our address in its network. */
export class RouterPort {
  readonly network: RouterPortOptions['network']
  readonly clock: Clock
  readonly random: Random
  readonly #socket: DatagramSocket
  /** Each receives an answer and returns whether it was the expected one. */
  readonly #waiting = new Set<(bytes: Uint8Array) => boolean>()

  private constructor({ clock, random, network }: RouterPortOptions, socket: DatagramSocket) {
    this.clock = clock
    this.random = random
    this.network = network
    this.#socket = socket
    socket.onMessage = (bytes, host, port) => {
      // RFC 6886 section 3.1, RFC 6887 section 8.3: only the queried router may answer.
      if (port !== ROUTER_PORT || !isSameAddress(host, network.gateway)) return
      for (const take of this.#waiting) if (take(bytes)) return
    }
  }

  static async open(options: RouterPortOptions): Promise<RouterPort> {
    const { family, address } = options.network
    return new RouterPort(
      options,
      await options.openDatagram({ family, port: 0, host: address, unref: true }),
    )
  }

  /**
   * Sends a request until `read` accepts an answer. It is repeated after each of the delays but
   * the last, after which it rejects with a RouterError `no-answer`.
   */
  request<T>(
    bytes: Uint8Array,
    delaysMs: readonly number[],
    read: (answer: Uint8Array) => T | null,
    signal: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      let cancel = () => {}
      const end = () => {
        cancel()
        this.#waiting.delete(take)
        signal.removeEventListener('abort', abort)
      }
      const abort = () => {
        end()
        reject(signal.reason)
      }
      const take = (answer: Uint8Array) => {
        const value = read(answer)
        if (value === null) return false
        end()
        resolve(value)
        return true
      }
      const { gateway } = this.network
      const send = (turn: number) => {
        const delayMs = delaysMs[turn]
        if (delayMs === undefined) {
          end()
          return reject(new RouterError('no-answer', `The router at ${gateway} does not answer`))
        }
        this.#socket.send(bytes, gateway, ROUTER_PORT)
        cancel = this.clock.after(this.#jittered(delayMs), () => send(turn + 1))
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.add(take)
      send(0)
    })
  }

  close(): Promise<void> {
    return this.#socket.close()
  }

  /**
   * RFC 6887 section 8.1.1: "RAND is a random number chosen with a uniform distribution between
   * -0.1 and +0.1".
   */
  #jittered(delayMs: number): number {
    return delayMs * (0.9 + this.random.below(201) / 1000)
  }
}

/** Whether two IP literals are equal apart from their zones. */
export function isSameAddress(a: string, b: string): boolean {
  const bare = (text: string) => canonicalIp(text.replace(/%.*$/, ''))
  return bare(a) === bare(b)
}
