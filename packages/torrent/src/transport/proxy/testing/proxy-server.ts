/**
 * A proxy on loopback that speaks SOCKS5 (RFC 1928, 1929) or HTTP CONNECT, and records its
 * requests.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { ByteReader } from '../byte-reader.node.ts'
import { encodeDatagram, type Target } from '../socks.ts'

export interface ProxyServerOptions {
  readonly kind?: 'socks5' | 'http'
  readonly user?: string
  readonly password?: string
  /** Addresses of names. Others are unreachable; literals are themselves. */
  readonly names?: Readonly<Record<string, string>>
  /** Relay datagrams. Default true. */
  readonly udp?: boolean
  /** Answer the request with these bytes instead, once. */
  readonly lie?: (request: Target) => Uint8Array | null
  readonly port?: number
}

export class TestProxy implements AsyncDisposable {
  /** The targets of all CONNECT requests, and of all datagrams. */
  readonly connects: string[] = []
  readonly datagrams: string[] = []
  /** The received credentials. */
  readonly credentials: string[] = []
  readonly #options: ProxyServerOptions
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #relays = new Set<UdpSocket>()

  private constructor(options: ProxyServerOptions) {
    this.#options = options
    this.#server = createServer(socket => {
      this.#open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#open.delete(socket))
      this.#serve(socket).catch(() => socket.destroy())
    })
  }

  static async open(options: ProxyServerOptions = {}): Promise<TestProxy> {
    const proxy = new TestProxy(options)
    proxy.#server.listen(options.port ?? 0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    const { kind = 'socks5', user, password } = this.#options
    return `${kind}://${user === undefined ? '' : `${user}:${password}@`}127.0.0.1:${this.port}`
  }

  /** Ends all connections, as a killed proxy does. */
  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
    for (const relay of this.#relays) relay.close()
    this.#relays.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The relays of all associations. */
  get relays(): readonly UdpSocket[] {
    return [...this.#relays]
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new ByteReader(socket)
    if (this.#options.kind === 'http') return this.#serveHttp(socket, reader)
    const [, count] = await reader.read(2)
    const methods = await reader.read(count!)
    const method = this.#options.user === undefined ? 0 : 2
    if (!methods.includes(method)) return void socket.end(Uint8Array.of(5, 0xff))
    socket.write(Uint8Array.of(5, method))
    if (method === 2) {
      const [, length] = await reader.read(2)
      const user = Buffer.from(await reader.read(length!)).toString()
      const [secret] = await reader.read(1)
      const password = Buffer.from(await reader.read(secret!)).toString()
      this.credentials.push(`${user}:${password}`)
      const isRight = user === this.#options.user && password === this.#options.password
      socket.write(Uint8Array.of(1, isRight ? 0 : 1))
      if (!isRight) return void socket.end()
    }
    const [, command] = await reader.read(3)
    const target = await readTarget(reader)
    const lie = this.#options.lie?.(target)
    if (lie) return void socket.write(lie)
    if (command === 3) {
      reader.release()
      return this.#relay(socket)
    }
    this.connects.push(`${target.host}:${target.port}`)
    const upstream = await this.#connect(target)
    if (!upstream) return void socket.end(Uint8Array.of(5, 4, 0, 1, 0, 0, 0, 0, 0, 0))
    socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    reader.release()
    splice(socket, upstream)
  }

  async #serveHttp(socket: Socket, reader: ByteReader): Promise<void> {
    let text = ''
    while (!text.endsWith('\r\n\r\n')) text += Buffer.from(await reader.read(1)).toString('latin1')
    const { user, password } = this.#options
    const shown = /^proxy-authorization: basic (.*)\r$/im.exec(text)?.[1]
    if (shown) this.credentials.push(Buffer.from(shown, 'base64').toString())
    if (user !== undefined && this.credentials.at(-1) !== `${user}:${password}`)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const [, host, port] = /^CONNECT \[?([^\s\]]+)\]?:(\d+) HTTP/.exec(text)!
    this.connects.push(`${host}:${port}`)
    const upstream = await this.#connect({ host: host!, port: Number(port) })
    if (!upstream) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    reader.release()
    splice(socket, upstream)
  }

  #address(host: string): string | null {
    return this.#options.names?.[host] ?? (/^[\d.]+$|:/.test(host) ? host : null)
  }

  async #connect({ host, port }: Target): Promise<Socket | null> {
    const address = this.#address(host)
    if (address === null) return null
    const upstream = connect({ host: address, port })
    upstream.on('error', () => {})
    this.#open.add(upstream)
    upstream.on('close', () => this.#open.delete(upstream))
    return once(upstream, 'connect').then(
      () => upstream,
      () => null,
    )
  }

  async #relay(control: Socket): Promise<void> {
    if (this.#options.udp === false) return void control.end(Uint8Array.of(5, 7, 0, 1, 0, 0, 0, 0, 0, 0))
    const relay = createSocket('udp4')
    relay.bind(0, '127.0.0.1')
    await once(relay, 'listening')
    this.#relays.add(relay)
    control.on('close', () => {
      if (this.#relays.delete(relay)) relay.close()
    })
    let client: { address: string; port: number } | null = null
    relay.on('message', (bytes, from) => {
      // The client speaks first.
      client ??= from
      if (from.port !== client.port) {
        const wrapped = encodeDatagram({ host: from.address, port: from.port }, bytes)
        return relay.send(wrapped, client.port, client.address)
      }
      const { target, payload } = unwrap(bytes)
      this.datagrams.push(`${target.host}:${target.port}`)
      const address = this.#address(target.host)
      if (address !== null) relay.send(payload, target.port, address)
    })
    const { port } = relay.address()
    control.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, port >>> 8, port & 255))
  }
}

async function readTarget(reader: ByteReader): Promise<Target> {
  const [type] = await reader.read(1)
  const length = type === 1 ? 4 : type === 4 ? 16 : (await reader.read(1))[0]!
  const address = Buffer.from(await reader.read(length))
  const [high, low] = await reader.read(2)
  return { host: hostOf(type!, address), port: (high! << 8) | low! }
}

function unwrap(bytes: Buffer): { target: Target; payload: Buffer } {
  const type = bytes[3]!
  const at = type === 3 ? 5 : 4
  const length = type === 1 ? 4 : type === 4 ? 16 : bytes[4]!
  const host = hostOf(type, bytes.subarray(at, at + length))
  return { target: { host, port: bytes.readUInt16BE(at + length) }, payload: bytes.subarray(at + length + 2) }
}

function hostOf(type: number, address: Buffer): string {
  if (type === 1) return [...address].join('.')
  if (type === 3) return address.toString()
  return Array.from({ length: 8 }, (_, i) => address.readUInt16BE(2 * i).toString(16)).join(':')
}

function splice(a: Socket, b: Socket): void {
  a.pipe(b)
  b.pipe(a)
  a.on('close', () => b.destroy())
  b.on('close', () => a.destroy())
}
