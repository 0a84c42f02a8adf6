import type { Clock } from '../base/clock.ts'
import { isStunRequest, StunServer } from '../stun/stun-server.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../transport/datagram.ts'
import type { SharedDatagrams } from '../transport/shared-datagrams.ts'

/** Answers STUN on the UDP port that the DHT and uTP share. */
export class StunAnswers {
  readonly #openDatagram: OpenDatagram
  readonly #server: StunServer
  readonly #host: string | undefined
  #port = 0
  #sockets: readonly DatagramSocket[] = []

  /** `host`: the address that the port is bound to. Undefined: all. */
  constructor(
    { clock, datagrams }: { readonly clock: Clock; readonly datagrams: SharedDatagrams },
    host: string | undefined,
  ) {
    this.#openDatagram = datagrams.protocol(isStunRequest)
    this.#server = new StunServer(() => clock.nowMs())
    this.#host = host
  }

  /**
   * Answers on this port instead of the previous one; 0: on none. Never rejects: if a port cannot
   * be opened, requests remain unanswered.
   */
  async open(port: number): Promise<void> {
    if (port === this.#port) return
    this.#port = port
    const before = this.#sockets
    this.#sockets = []
    await Promise.all(before.map(socket => socket.close()))
    if (port !== 0) this.#sockets = await this.#openAll(port)
  }

  async #openAll(port: number): Promise<DatagramSocket[]> {
    const host = this.#host
    const families: readonly IpFamily[] = host === undefined ? [4, 6] : [host.includes(':') ? 6 : 4]
    const place = host === undefined ? {} : { host }
    const opened = await Promise.allSettled(
      families.map(family => this.#openDatagram({ family, port, ...place })),
    )
    const sockets = opened.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    for (const socket of sockets)
      socket.onMessage = (bytes, from, fromPort) => {
        const response = this.#server.answer(bytes, from, fromPort)
        if (response) socket.send(response, from, fromPort)
      }
    return sockets
  }
}
