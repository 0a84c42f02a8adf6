import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { WAIT_MS } from '@shoal/testing'

/** A client of UDP trackers (BEP 15) that sends single packets. */
export class UdpClient implements AsyncDisposable {
  readonly socket: Socket
  readonly #port: number
  readonly #host: string

  private constructor(socket: Socket, host: string, port: number) {
    this.socket = socket
    this.#host = host
    this.#port = port
  }

  static async open(host: string, port: number): Promise<UdpClient> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    await new Promise<void>(resolve => socket.bind(0, host, resolve))
    return new UdpClient(socket, host, port)
  }

  /** Sends a packet and resolves to the response. Rejects after `WAIT_MS`. */
  async ask(packet: Uint8Array): Promise<Buffer> {
    const answer = once(this.socket, 'message', { signal: AbortSignal.timeout(WAIT_MS) })
    this.socket.send(packet, this.#port, this.#host)
    return (await answer)[0] as Buffer
  }

  tell(packet: Uint8Array): void {
    this.socket.send(packet, this.#port, this.#host)
  }

  async connect(): Promise<Buffer> {
    const answer = await this.ask(Buffer.from('00000417271019800000000000000007', 'hex'))
    return answer.subarray(8, 16)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>(resolve => this.socket.close(() => resolve()))
  }
}

export interface UdpAnnounce {
  readonly id: Uint8Array
  readonly hash: Uint8Array
  readonly port: number
  readonly left?: number
  readonly event?: number
  readonly wanted?: number
  readonly address?: number
  readonly urlData?: string
  readonly peerId?: string
  readonly uploaded?: number
  readonly downloaded?: number
}

export function udpAnnounce({
  id,
  hash,
  port,
  left = 1,
  event = 0,
  wanted = -1,
  address = 0,
  urlData,
  peerId = '',
  uploaded = 0,
  downloaded = 0,
}: UdpAnnounce): Buffer {
  const packet = Buffer.alloc(98)
  packet.set(id, 0)
  packet.writeInt32BE(1, 8)
  packet.writeInt32BE(9, 12)
  packet.set(hash.subarray(0, 20), 16)
  packet.write(peerId, 36, 'latin1')
  packet.writeBigUInt64BE(BigInt(downloaded), 56)
  packet.writeInt32BE(left, 68)
  packet.writeBigUInt64BE(BigInt(uploaded), 72)
  packet.writeInt32BE(event, 80)
  packet.writeInt32BE(address, 84)
  packet.writeInt32BE(wanted, 92)
  packet.writeUInt16BE(port, 96)
  return urlData === undefined
    ? packet
    : Buffer.concat([packet, Buffer.of(2, urlData.length), Buffer.from(urlData)])
}
