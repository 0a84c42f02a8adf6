/**
 * Leaving a way to the network for good. Closing a socket is not enough: the kernel goes on to send what the socket was given before, and repeats it
 * for minutes while nobody acknowledges it, and a lookup of a name cannot be cancelled.
 */
import { Socket as DatagramSocket } from 'node:dgram'
import { Socket } from 'node:net'
import { closeAll } from '@shoal/daemon/capability'
import { isLoopback } from '@shoal/torrent/local-address'
import { dropLookups } from '@shoal/torrent/route'

/** How often sockets that `close` opens are looked for, and lookups that have not ended. */
const LOOK_MS = 20

interface TcpHandle {
  reset?(done: () => void): number
  /** The connection below TLS. */
  readonly _parent?: TcpHandle | null
}

/** The inner parts of Node's sockets that are used here. */
interface InnerSocket {
  readonly _handle?: TcpHandle | null
  resetAndClosing?: boolean
  _destroy: Socket['_destroy']
}

/**
 * Closes whatever uses the network, so that nothing leaves once this has settled: what connections have not sent yet is discarded, and lookups have ended.
 * Connections of this process that stay within the machine, or that `keeps` names, are left alone. Rejects as `close` does, when all else is closed.
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
      // Those that were to send the rest first.
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

/** A socket that is closing is still among the active handles, and then throws. */
function closeDatagram(socket: DatagramSocket): void {
  try {
    if (isLoopback(socket.address().address)) return
  } catch {
    // It is not bound, or closing.
  }
  try {
    socket.close()
  } catch {
    // It was closed already.
  }
}

/** Node has no public list of them. */
function activeHandles(): unknown[] {
  return (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
}

function isWithin({ remoteAddress }: Socket): boolean {
  return remoteAddress !== undefined && isLoopback(remoteAddress.replace(/^::ffff:/, ''))
}

/** Null for pipes and terminals. */
function tcpOf(socket: Socket): TcpHandle | null {
  const handle = (socket as InnerSocket)._handle
  if (handle?.reset) return handle
  return handle?._parent?.reset ? handle._parent : null
}

/** RFC 9293, 3.10.5: a reset discards what is queued. `resetAndDestroy` does that at once; here the owner of the socket decides when it ends. */
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
    // Closing it after that would not call back.
    tcp.reset!(() => {
      if (!isClosed) socket.emit('close', error !== null)
    })
    return destroy.call(this, error, done)
  }
}
