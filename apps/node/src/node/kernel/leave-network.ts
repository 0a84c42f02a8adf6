/**
 * Leaves a network route for good. Closing sockets is not enough: the operating system keeps
 * sending their queued data, and retransmits it for minutes without acknowledgments; and name
 * lookups cannot be cancelled.
 */
import { Socket as DatagramSocket } from 'node:dgram'
import { Socket } from 'node:net'
import { closeAll } from '@shoal/daemon/capability'
import { isLoopback } from '@shoal/torrent/local-address'
import { dropLookups } from '@shoal/torrent/route'

/** Milliseconds between checks for sockets that `close` opens, and for pending lookups. */
const LOOK_MS = 20

interface TcpHandle {
  reset?(done: () => void): number
  /** The connection below TLS. */
  readonly _parent?: TcpHandle | null
}

/** The internals of Node's sockets that are used here. */
interface InnerSocket {
  readonly _handle?: TcpHandle | null
  resetAndClosing?: boolean
  _destroy: Socket['_destroy']
}

/**
 * Closes all network use, so that nothing is sent once this has settled: unsent data is discarded,
 * and lookups have ended. Connections of this process that stay within the machine, or that `keeps`
 * selects, are unaffected. Rejects like `close`, after everything else is closed.
 */
export async function leaveNetwork(
  close: () => Promise<void>,
  keeps: (socket: Socket) => boolean,
): Promise<void> {
  const seen = new WeakSet<Socket>()
  const look = () => {
    for (const socket of openSockets(keeps)) {
      if (!seen.has(socket)) resetWhenClosed(socket)
      seen.add(socket)
    }
  }
  const timer = setInterval(look, LOOK_MS)
  await closeAll([
    look,
    close,
    () => clearInterval(timer),
    look,
    () => {
      // Sockets that were still flushing.
      for (const socket of openSockets(keeps)) socket.destroy()
    },
    closeDatagrams,
    dropLookups,
    lookupsEnded,
  ])
}

async function lookupsEnded(): Promise<void> {
  while (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap'))
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
}

function openSockets(keeps: (socket: Socket) => boolean): Socket[] {
  return activeHandles().filter(
    handle => handle instanceof Socket && tcpOf(handle) !== null && !isWithin(handle) && !keeps(handle),
  ) as Socket[]
}

export function closeDatagrams(): void {
  for (const handle of activeHandles()) if (handle instanceof DatagramSocket) closeDatagram(handle)
}

/** A socket that is closing is still an active handle, but throws. */
function closeDatagram(socket: DatagramSocket): void {
  try {
    if (isLoopback(socket.address().address)) return
  } catch {
    // Not bound, or closing.
  }
  try {
    socket.close()
  } catch {
    // Already closed.
  }
}

/** Node has no public API for this. */
function activeHandles(): unknown[] {
  return (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
}

function isWithin({ remoteAddress }: Socket): boolean {
  return remoteAddress !== undefined && isLoopback(remoteAddress.replace(/^::ffff:/, ''))
}

/** Returns null for pipes and terminals. */
function tcpOf(socket: Socket): TcpHandle | null {
  const handle = (socket as InnerSocket)._handle
  if (handle?.reset) return handle
  return handle?._parent?.reset ? handle._parent : null
}

/**
 * RFC 9293, 3.10.5: a reset discards queued data. `resetAndDestroy` would do that immediately; here
 * the socket's owner decides when it closes.
 */
function resetWhenClosed(socket: Socket): void {
  const inner = socket as InnerSocket
  const tcp = tcpOf(socket)!
  if (tcp === inner._handle) {
    inner.resetAndClosing = true
    return
  }
  const destroy = inner._destroy
  inner._destroy = function (this: Socket, error, done) {
    let isClosed = false
    socket.once('close', () => {
      isClosed = true
    })
    // Closing it after the reset would not call back.
    tcp.reset!(() => {
      if (!isClosed) socket.emit('close', error !== null)
    })
    return destroy.call(this, error, done)
  }
}
