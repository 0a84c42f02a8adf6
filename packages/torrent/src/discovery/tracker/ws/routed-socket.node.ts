import { connect as tlsConnect } from 'node:tls'
import { parseIp } from '../../../base/ip.ts'
import type { Route } from '../../../transport/route.node.ts'
import type { OpenSocket, Socket, SocketHandler } from './web-socket.ts'

/**
 * Maximum size of a message from a tracker: the platform's WebSockets have no limit, and a tracker
 * relays offers of a few kilobytes.
 */
const MAX_MESSAGE_BYTES = 1024 * 1024
const CONNECT_LIMIT_MS = 30_000

/** Opens WebSockets over a route. The platform's own can only connect directly. */
export function createOpenSocket({ connect }: Pick<Route, 'connect'>): OpenSocket {
  return (url, handler) => {
    const target = new URL(url)
    const abort = new AbortController()
    const opening = open(target, connect, handler, abort.signal)
    opening.catch(() => handler.onClose())
    const withSocket = (act: (socket: Socket) => void) => void opening.then(act, () => {})
    return {
      send: text => withSocket(socket => socket.send(text)),
      close() {
        withSocket(socket => socket.close())
        abort.abort()
      },
    }
  }
}

async function open(
  url: URL,
  connect: Route['connect'],
  handler: SocketHandler,
  closed: AbortSignal,
): Promise<Socket> {
  const { WebSocket } = await import('ws')
  const secure = url.protocol === 'wss:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const signal = AbortSignal.any([closed, AbortSignal.timeout(CONNECT_LIMIT_MS)])
  const plain = await connect({ host, port: Number(url.port) || (secure ? 443 : 80) }, { signal })
  // RFC 6066, 3: IP literals are not valid server names.
  const stream = secure ? tlsConnect({ socket: plain, host, servername: parseIp(host) ? '' : host }) : plain
  const socket = new WebSocket(url, {
    createConnection: () => stream,
    handshakeTimeout: CONNECT_LIMIT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  })
  socket.on('error', () => {})
  socket.on('open', () => handler.onOpen())
  socket.on('message', (data, isBinary) => {
    if (!isBinary) handler.onText(String(data))
  })
  socket.on('close', (_code, reason) => handler.onClose(String(reason)))
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => socket.close(),
  }
}
