/**
 * Clients of room logs over Socket.IO: WebSocket only, so that any process can serve any client.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { MAX_REQUEST_BYTES, ROOMS_PATH, type RoomError } from '@shoal/hub-api/rooms'
import * as parser from '@shoal/hub-api/rooms/parser'
import { goBefore } from '@shoal/tracker'
import { Server as Engine } from 'engine.io'
import { Server, type Socket } from 'socket.io'
import type { Connection, Member, Outgoing } from './contracts.ts'
import { type PingedConnection, Pings } from './pings.ts'
import type { RoomService } from './room-service.ts'
import type { RoomSession } from './session.ts'

export interface SocketServerOptions {
  /**
   * Returns who connects, or null. `session`: the secret sent by the client; pages of the hub have
   * it in a cookie.
   */
  authenticate(request: IncomingMessage, session: string | undefined): Promise<Member | null>
  /** Returns somebody without an account, or null if the hub lets none in. */
  admitGuest(request: IncomingMessage): Member | null
  /** Most connections, including unauthenticated ones. */
  readonly maxConnections: number
  /** Interval of pings. Default: 25 s. */
  readonly pingIntervalMs?: number
}

const PING_INTERVAL_MS = 25_000
const PING_TIMEOUT_MS = 20_000
const CONNECT_MS = 10_000
const MAX_SESSION_CHARACTERS = 128
/** WebSocket (RFC 6455, section 5.2): a final binary frame. */
const BINARY_FRAME = 0x82
/** A final text frame of one character: a ping of Engine.IO. */
const PING = { wsPreEncodedFrame: [Uint8Array.of(0x81, 1, 0x32)] } as const

/** A message in the form shared by all of its receivers. */
interface Encoded {
  readonly packets: readonly Uint8Array[]
  readonly options: { readonly preEncoded: true; readonly wsPreEncodedFrame: readonly Uint8Array[] }
  readonly bytes: number
}

/** Internals of Socket.IO and Engine.IO that have no types, but that its adapters use. */
interface Inner {
  readonly client: { writeToEngine(packets: Encoded['packets'], options: Encoded['options']): void }
  readonly conn: {
    /** Pings the connection when it is due. */
    pingIntervalTimer: NodeJS.Timeout | { refresh(): void }
    sendPacket(type: 'ping', data: undefined, options: object): void
    on(event: 'packet', listener: () => void): void
    close(discard: boolean): void
    readonly writeBuffer: readonly unknown[]
    readonly transport: {
      readonly writable: boolean
      readonly socket: { readonly bufferedAmount: number }
      on(event: 'ready', listener: () => void): void
    }
  }
}

export class RoomSockets {
  readonly #io: Server
  readonly #engine: Engine
  readonly #service: RoomService
  readonly #options: SocketServerOptions
  readonly #pings: Pings

  constructor(service: RoomService, options: SocketServerOptions) {
    this.#service = service
    this.#options = options
    const pingInterval = options.pingIntervalMs ?? PING_INTERVAL_MS
    this.#pings = new Pings(pingInterval)
    this.#io = new Server({ parser, serveClient: false, connectTimeout: CONNECT_MS })
    this.#engine = new Engine({
      transports: ['websocket'],
      ...{ allowUpgrades: false, perMessageDeflate: false, httpCompression: false },
      ...{ pingInterval, pingTimeout: PING_TIMEOUT_MS },
      maxHttpBufferSize: MAX_REQUEST_BYTES,
      allowRequest: (_request, answer) => {
        const isFull = this.#engine.clientsCount >= options.maxConnections
        answer(isFull ? 'too many connections' : null, !isFull)
      },
    })
    this.#io.bind(this.#engine)
    this.#io.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        (error: RoomError) => next(Object.assign(error, { data: { code: error.code } })),
      )
    })
    this.#io.on('connection', socket => this.#connected(socket))
  }

  attachTo(server: HttpServer): void {
    goBefore(server, 'upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== `${ROOMS_PATH}/`) return false
      this.#engine.handleUpgrade(request, socket, head)
      return true
    })
  }

  close(): void {
    this.#pings.close()
    this.#io.disconnectSockets(true)
    this.#engine.close()
  }

  async #admit(socket: Socket): Promise<void> {
    const { RoomError } = await import('@shoal/hub-api/rooms')
    const { session, guest } = socket.handshake.auth as { session?: unknown; guest?: unknown }
    if (guest === true) {
      const member = this.#options.admitGuest(socket.request)
      if (!member) throw new RoomError('unauthorized', 'This hub lets nobody in without an account')
      socket.data = member
      return
    }
    const isSession = typeof session === 'string' && session.length <= MAX_SESSION_CHARACTERS
    const member = await this.#options
      .authenticate(socket.request, isSession ? session : undefined)
      .catch(() =>
        Promise.reject(new RoomError('unavailable', 'The hub cannot check sessions at the moment')),
      )
    if (!member) throw new RoomError('unauthorized', 'This is for members of the hub: log in')
    socket.data = member
  }

  #connected(socket: Socket): void {
    const connection = new SocketConnection(socket)
    const session = this.#service.connect(connection, socket.data as Member)
    if (!session) return
    connection.onDrained = () => session.drained()
    const pinged = this.#ping((socket as unknown as Inner).conn)
    socket.on('disconnect', () => {
      pinged.remove()
      this.#service.disconnected(session)
    })
    socket.onAny((name: string, body: unknown, answer: unknown) => take(session, name, body, answer))
    // WebSocket requests retain their headers and buffers, which are no longer needed.
    Object.assign(socket.conn, { request: null })
    Object.assign(socket, { handshake: null })
  }

  /** Takes over pinging from Engine.IO, and stops its timer. */
  #ping(connection: Inner['conn']): PingedConnection {
    clearTimeout(connection.pingIntervalTimer as NodeJS.Timeout)
    connection.pingIntervalTimer = { refresh() {} }
    const pinged = this.#pings.add({
      // Engine.IO modifies its options.
      ping: () => connection.sendPacket('ping', undefined, { ...PING }),
      lost: () => connection.close(true),
    })
    connection.on('packet', pinged.heard)
    return pinged
  }
}

function take(session: RoomSession, name: string, body: unknown, answer: unknown): void {
  if (name === 'volatile') session.volatile(body)
  else if (typeof answer !== 'function') session.end('bad-message')
  else
    void session.request(name, body).then(answered => {
      if (answered) answer(answered)
    })
}

class SocketConnection implements Connection {
  readonly #socket: Socket
  readonly #inner: Inner
  /** Limit of bytes in Engine.IO's buffer. */
  #bufferedBytes = 0
  onDrained = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    this.#inner = socket as unknown as Inner
    this.#inner.conn.transport.on('ready', () => {
      if (this.#inner.conn.writeBuffer.length === 0) this.onDrained()
    })
  }

  get waitingBytes(): number {
    const { transport, writeBuffer } = this.#inner.conn
    return transport.socket.bufferedAmount + (writeBuffer.length > 0 ? this.#bufferedBytes : 0)
  }

  get isBusy(): boolean {
    return !this.#inner.conn.transport.writable
  }

  send(outgoing: Outgoing): void {
    outgoing.encoded ??= encode(outgoing)
    const { packets, options, bytes } = outgoing.encoded as Encoded
    if (this.#inner.conn.writeBuffer.length === 0) this.#bufferedBytes = 0
    this.#bufferedBytes += bytes
    this.#inner.client.writeToEngine(packets, options)
  }

  close(reason: Parameters<Connection['close']>[0]): void {
    if (reason === 'ended') this.#socket.emit('ended', {})
    this.#socket.disconnect(true)
  }
}

function encode({ name, body }: Outgoing): Encoded {
  const packet = parser.encodePacket({ type: parser.EVENT, nsp: '/', data: [name, body] })
  const frame = Buffer.concat([frameHead(packet.length), packet])
  return {
    packets: [packet],
    options: { preEncoded: true, wsPreEncodedFrame: [frame] },
    bytes: frame.length,
  }
}

/** RFC 6455, section 5.2. Servers do not mask. */
function frameHead(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(BINARY_FRAME, length)
  if (length < 65_536) return Uint8Array.of(BINARY_FRAME, 126, length >> 8, length & 0xff)
  const head = Buffer.alloc(10)
  head[0] = BINARY_FRAME
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
