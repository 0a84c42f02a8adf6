/** Connects a client to a hub over Socket.IO, and loads the library on first use. */
import { systemClock, systemRandom } from '@shoal/torrent/base'
import type { Connect, LinkEvents } from './link.ts'
import { RoomError } from './room-error.ts'
import { type ClientListener, type ClientOptions, RoomsClient } from './rooms-client.ts'

/** Path of a hub's connections for rooms. */
export const ROOMS_PATH = '/rooms/socket'
const CONNECT_MS = 10_000
/** Longest message from a hub that Node accepts. Pages have no limit. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

export interface SocketOptions {
  /** Origin of the hub: `https://hub.example`. */
  readonly url: string
  /** Session secret. Pages of the hub itself omit it: they have a cookie. */
  readonly session?: string
  /**
   * Enter without an account, if the hub lets people with the link of a share into its room.
   * Nothing but rooms of shares can be followed. Replaces `session`.
   */
  readonly isGuest?: boolean
  /**
   * Certificates to trust for https, in PEM, instead of those that Node trusts. Pages trust those
   * of the browser.
   */
  readonly certificates?: string
  /**
   * An agent of `node:http` that opens the connections. Default: direct. Not available in pages.
   */
  readonly agent?: object
}

/** Connects to a hub, and stays connected until closed. */
export function connectRooms(
  options: SocketOptions & Partial<ClientOptions>,
  listener: ClientListener = {},
): RoomsClient {
  const own = { connect: socketConnect(options), clock: systemClock, random: systemRandom }
  return new RoomsClient({ ...own, ...options }, listener)
}

/** Returns a function that connects over Socket.IO. */
export function socketConnect({ url, session, isGuest, certificates, agent }: SocketOptions): Connect {
  return async (events, { signal }) => {
    const [{ io }, parser] = await Promise.all([import('socket.io-client'), import('./cbor-parser.ts')])
    signal.throwIfAborted()
    const socket = io(url, {
      path: ROOMS_PATH,
      // A separate connection each, without a shared manager or automatic reconnects.
      ...{ transports: ['websocket'], forceNew: true, reconnection: false, multiplex: false },
      ...{
        parser,
        timeout: CONNECT_MS,
        autoConnect: false,
        withCredentials: !isGuest && session === undefined,
      },
      ...(isGuest ? { auth: { guest: true } } : session !== undefined && { auth: { session } }),
      ...(certificates !== undefined && { ca: certificates }),
      // Passed on to Node's WebSocket, although missing in the types.
      ...({ maxPayload: MAX_MESSAGE_BYTES, ...(agent && { agent }) } as object),
    })
    return open(socket, events, signal)
  }
}

type Socket = ReturnType<typeof import('socket.io-client')['io']>

function open(socket: Socket, events: LinkEvents, signal: AbortSignal) {
  return new Promise<Awaited<ReturnType<Connect>>>((resolve, reject) => {
    let isOpen = false
    const close = () => {
      socket.offAny()
      socket.off()
      socket.disconnect()
    }
    const fail = (error: RoomError) => {
      signal.removeEventListener('abort', abort)
      close()
      reject(error)
    }
    const abort = () => fail(signal.reason as RoomError)
    signal.addEventListener('abort', abort, { once: true })
    socket.on('connect_error', error => {
      const { data } = error as Error & { data?: { code?: unknown } }
      fail(
        data?.code === 'unauthorized'
          ? new RoomError('unauthorized', error.message)
          : new RoomError('unavailable', `The hub cannot be reached: ${error.message}`),
      )
    })
    socket.on('connect', () => {
      isOpen = true
      signal.removeEventListener('abort', abort)
      resolve({
        request: (name, input) => new Promise(answer => void socket.emit(name, input, answer)),
        volatile: (room, bytes) => void socket.volatile.emit('volatile', { room, bytes }),
        close,
      })
    })
    let isEnded = false
    socket.on('ended', () => {
      isEnded = true
    })
    socket.on('disconnect', reason => {
      // The transport may close before the hub has answered.
      if (!isOpen) return fail(new RoomError('unavailable', `The hub cannot be reached: ${reason}`))
      close()
      events.closed(isEnded ? 'The session has ended: log in again' : reason, isEnded)
    })
    socket.onAny((name, body) => {
      if (name !== 'ended') events.received(name, body)
    })
    socket.connect()
  })
}
