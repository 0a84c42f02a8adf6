/** WebRTC direct for nodes, with sockets that stay open until the process exits. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Listener } from '@libp2p/interface'
import { webRTCDirect } from '@libp2p/webrtc'
import { ShoalError } from '@shoal/torrent'
import { IceUdpMuxListener } from 'node-datachannel'

/**
 * RFC 8839, section 5.4, and the length that libp2p uses. Any other password would crash the
 * process in libdatachannel.
 */
const UFRAG = /^[a-zA-Z0-9+/]{22,256}$/

/** The members of libp2p's listener that its own `startUDPMuxServer` uses. */
interface DirectListener extends Listener {
  readonly components: {
    readonly peerId: unknown
    readonly upgrader: { createInboundAbortSignal(signal: AbortSignal): AbortSignal & { clear(): void } }
  }
  readonly shutdownController: AbortController
  incomingConnection(ufrag: string, host: string, port: number, signal: AbortSignal): Promise<void>
  startUDPMuxServer(host: string, port: number, family: 4 | 6): unknown
}

type OnRequest = (ufrag: string, host: string, port: number) => void

interface MuxSocket {
  readonly host: string
  /** Null while there is no listener. */
  onRequest: OnRequest | null
}

/**
 * Open sockets by port. They are never closed: `stop()` of libdatachannel (up to 0.24.5) tests a
 * flag that its constructor does not set, so it sometimes does nothing, and the next request from a
 * page then calls a freed function. A kept socket ignores all requests until its port has a
 * listener again.
 */
const sockets = new Map<number, MuxSocket>()

/** Returns libp2p's transport with listeners that use these sockets. */
export function directTransport(init: Parameters<typeof webRTCDirect>[0]): ReturnType<typeof webRTCDirect> {
  const direct = webRTCDirect(init)
  return components => {
    const transport = direct(components)
    const create = transport.createListener.bind(transport)
    transport.createListener = options => {
      const listener = create(options) as DirectListener
      listener.startUDPMuxServer = (host, port, family) => ({
        ...{ peerId: listener.components.peerId, owner: listener, port },
        ...{ isIPv4: family === 4, isIPv6: family === 6 },
        server: listen(host, port, (ufrag, remoteHost, remotePort) => {
          const signal = listener.components.upgrader.createInboundAbortSignal(
            listener.shutdownController.signal,
          )
          listener
            .incomingConnection(ufrag, remoteHost, remotePort, signal)
            // The page has disconnected, or does not speak libp2p.
            .catch(() => {})
            .finally(() => signal.clear())
        }),
      })
      return listener
    }
    return transport
  }
}

/** Rejects if the port is taken. */
async function listen(host: string, wanted: number, onRequest: OnRequest) {
  const port = wanted === 0 ? await freePort(host) : wanted
  const socket = sockets.get(port) ?? open(host, port)
  if (socket.host !== host || socket.onRequest)
    throw new ShoalError('refused', `This program listens for pages at port ${port} already`)
  socket.onRequest = onRequest
  return {
    async close() {
      socket.onRequest = null
    },
    address: () => ({ address: host, family: isIPv6(host) ? 'IPv6' : 'IPv4', port }),
  }
}

function open(host: string, port: number): MuxSocket {
  const native = new IceUdpMuxListener(port, host)
  const socket: MuxSocket & { readonly native: unknown } = { host, native, onRequest: null }
  native.onUnhandledStunRequest(({ ufrag, host, port }) => {
    if (ufrag !== undefined && UFRAG.test(ufrag)) socket.onRequest?.(ufrag, host, port)
  })
  sockets.set(port, socket)
  return socket
}

/** libjuice accepts 0 as a port. */
async function freePort(host: string): Promise<number> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>(resolve => socket.close(resolve))
  return port
}
