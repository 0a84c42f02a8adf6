import { createServer, type Server, Socket } from 'node:net'
import { concat, readU16 } from '../../../base/bytes.ts'
import { parseIp } from '../../../base/ip.ts'
import { openDatagram } from '../../datagram.node.ts'
import type { DatagramSocket } from '../../datagram.ts'

interface DnsServerOptions {
  readonly host?: string
  readonly port?: number
  /** Answers datagrams with a truncated response, which requires a connection. */
  readonly isCut?: boolean
  readonly isSilent?: boolean
  /** Sends false answers first: with another number, and from another port. */
  readonly forges?: boolean
}

/** Addresses of a name, or the target of its alias. */
type Names = Readonly<Record<string, readonly string[] | string>>

/** A name server on one port for UDP and TCP. It returns aliases without their addresses. */
export class DnsServer {
  readonly port: number
  /** Queried names, in order. */
  readonly asked: string[] = []
  connections = 0
  connect = DnsServer.connect
  readonly #names: Names
  readonly #sockets: readonly DatagramSocket[]
  readonly #server: Server

  private constructor(names: Names, options: DnsServerOptions, sockets: DatagramSocket[], server: Server) {
    this.#names = names
    this.#sockets = sockets
    this.#server = server
    const [socket, other] = sockets as [DatagramSocket, DatagramSocket]
    this.port = socket.port
    socket.onMessage = (bytes, host, port) => {
      if (options.isSilent) return
      if (options.forges) {
        const forged = this.#answer(bytes, { forged: '203.0.113.66' })
        other.send(forged, host, port)
        forged[0]! ^= 1
        socket.send(forged, host, port)
      }
      socket.send(this.#answer(bytes, { isCut: options.isCut ?? false }), host, port)
    }
    server.on('connection', client => {
      this.connections++
      client.on('error', () => {})
      client.on('data', bytes => {
        const answer = this.#answer(new Uint8Array(bytes.subarray(2)))
        client.end(concat([Uint8Array.of(answer.length >>> 8, answer.length & 255), answer]))
      })
    })
  }

  static async open(names: Names, options: DnsServerOptions = {}): Promise<DnsServer> {
    const { host = '127.0.0.1', port = 0 } = options
    const server = createServer()
    await new Promise<void>(resolve => server.listen(port, host, resolve))
    const at = (server.address() as { port: number }).port
    const sockets = [
      await openDatagram({ family: 4, port: at, host }),
      await openDatagram({ family: 4, port: 0, host }),
    ]
    return new DnsServer(names, options, sockets, server)
  }

  static connect(host: string, port: number): Promise<Socket> {
    const socket = new Socket()
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.connect({ host, port }, () => resolve(socket))
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map(socket => socket.close()))
    this.#server.close()
  }

  #answer(query: Uint8Array, { isCut = false, forged = '' } = {}): Uint8Array {
    let at = 12
    const labels: string[] = []
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(Buffer.from(query.subarray(at + 1, at + 1 + length)).toString('latin1'))
      at += 1 + length
    }
    const name = labels.join('.')
    const type = readU16(query, at + 1)
    if (forged === '' && !isCut) this.asked.push(name)
    // RFC 4343: name servers ignore case, which some clients choose at random.
    const known = forged === '' ? this.#names[name.toLowerCase()] : [forged]
    const data =
      typeof known === 'string'
        ? [{ type: 5, bytes: concat([...known.split('.').map(label), Uint8Array.of(0)]) }]
        : (known ?? [])
            .map(each => parseIp(each)!)
            .map(bytes => ({ type: bytes.length === 4 ? 1 : 28, bytes }))
    const records = isCut ? [] : data.filter(each => each.type === type || each.type === 5)
    const flags = isCut ? [0x83, 0x80] : [0x81, known === undefined ? 0x83 : 0x80]
    const head = [query[0]!, query[1]!, ...flags, 0, 1, 0, records.length, 0, 0, 0, 0]
    return concat([
      Uint8Array.from(head),
      query.subarray(12, at + 5),
      ...records.flatMap(each => [
        Uint8Array.of(0xc0, 12, 0, each.type, 0, 1, 0, 0, 0, 60, 0, each.bytes.length),
        each.bytes,
      ]),
    ])
  }
}

function label(text: string): Uint8Array {
  return concat([Uint8Array.of(text.length), Buffer.from(text)])
}
