import dgram from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { messageOf, ShoalError } from '../base/errors.ts'
import type {
  DatagramDevice,
  DatagramOptions,
  DatagramSocket,
  IpFamily,
  OnDatagram,
  OpenDatagram,
} from './datagram.ts'

/** Opens a UDP socket of the system. */
export const openDatagram: OpenDatagram = options => openDatagramOn(null, options)

/** Opens a UDP socket of one interface, or of the whole system. Rejects as `OpenDatagram` does. */
export async function openDatagramOn(
  device: DatagramDevice | null,
  options: DatagramOptions,
): Promise<DatagramSocket> {
  const socket = createSocket(options)
  await bind(socket, options, device)
  const senders: dgram.Socket[] = []
  if (options.multicast) {
    try {
      senders.push(...(await joinGroup(socket, options, device)))
    } catch (error) {
      socket.close()
      throw error
    }
  }
  return new UdpSocket(socket, senders, options)
}

/** Room for datagrams that arrive while the program is busy. The system may allow less. */
const BUFFER_BYTES = 4 * 1024 * 1024

class UdpSocket implements DatagramSocket {
  readonly family: IpFamily
  readonly port: number
  readonly localAddress: string
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  #willEndTurn = false
  readonly #socket: dgram.Socket
  /**
   * For a multicast group: one socket per interface, because the interface is a setting of the
   * socket.
   */
  readonly #senders: dgram.Socket[]
  readonly #group: string | undefined
  #closed: Promise<void> | undefined

  constructor(socket: dgram.Socket, senders: dgram.Socket[], options: DatagramOptions) {
    const address = socket.address()
    this.family = options.family
    this.port = address.port
    this.localAddress = address.address
    this.#socket = socket
    this.#senders = senders
    this.#group = options.multicast?.group
    socket.on('message', (bytes, from) => {
      // A plain view, because Buffer's `slice` and `toString` behave differently.
      this.onMessage?.(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), from.address, from.port)
      if (this.#willEndTurn || !this.onTurnEnd) return
      this.#willEndTurn = true
      setImmediate(this.#endTurn)
    })
  }

  readonly #endTurn = () => {
    this.#willEndTurn = false
    this.onTurnEnd?.()
  }

  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void {
    if (this.#closed) {
      onFailure?.(new ShoalError('closed', 'the socket is closed: open another'))
      return
    }
    if (!onFailure && host !== this.#group) return this.#sendUnheard(bytes, host, port)
    const sockets = host === this.#group ? this.#senders : [this.#socket]
    let pending = sockets.length
    for (const socket of sockets) {
      const failed = (error: unknown) => {
        // A send to a group succeeds if any interface accepts it.
        if (--pending === 0) onFailure?.(sendError(error, host, port))
      }
      try {
        socket.send(bytes, port, host, error => error && failed(error))
      } catch (error) {
        failed(error)
      }
    }
  }

  /** The fast path: a callback for each datagram costs as much as the system call. */
  #sendUnheard(bytes: Uint8Array, host: string, port: number): void {
    try {
      this.#socket.send(bytes, port, host)
    } catch {
      // An invalid address: no failure callback was given.
    }
  }

  close(): Promise<void> {
    this.onMessage = null
    this.onTurnEnd = null
    this.#closed ??= Promise.all([this.#socket, ...this.#senders].map(closeSocket)).then(() => {})
    return this.#closed
  }
}

function createSocket(options: DatagramOptions): dgram.Socket {
  const socket = dgram.createSocket({
    type: options.family === 4 ? 'udp4' : 'udp6',
    // Both families have sockets on one port, so the IPv6 one must not receive IPv4 as well.
    ipv6Only: options.family === 6,
    // Every program on the machine that joins the group shares its port.
    reuseAddr: options.multicast !== undefined,
    // Only IP literals are used. Without this, each send would wait a turn of the event loop for a
    // lookup.
    lookup: (host, _options, done) => done(null, host, options.family),
  })
  if (options.unref) socket.unref()
  return socket
}

function bind(socket: dgram.Socket, options: DatagramOptions, device: DatagramDevice | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.close()
      reject(bindError(error, options.port))
    }
    socket.once('error', failed)
    const bound = () => {
      socket.removeAllListeners('error')
      // Ignore later errors, such as ICMP replies to earlier datagrams: timeouts cover them.
      socket.on('error', () => {})
      growBuffers(socket)
      // Linux chooses the interface of the address by itself.
      if (options.host && process.platform !== 'linux') leaveThrough(socket, options.host)
      resolve()
    }
    const { port, host } = options
    if (!device) return void socket.bind({ port, ...(host && { address: host }) }, bound)
    let fd: number | undefined
    try {
      fd = device.openDatagramFd(options)
      socket.bind({ fd }, bound)
    } catch (error) {
      if (fd !== undefined) device.closeFd(fd)
      failed(error as Error)
    }
  })
}

function growBuffers(socket: dgram.Socket): void {
  try {
    socket.setRecvBufferSize(BUFFER_BYTES)
    socket.setSendBufferSize(BUFFER_BYTES)
  } catch {
    // The system's sizes remain.
  }
}

/** Sends datagrams to groups through the interface of an address. */
function leaveThrough(socket: dgram.Socket, host: string): void {
  try {
    socket.setMulticastInterface(host)
  } catch {}
}

function closeSocket(socket: dgram.Socket): Promise<void> {
  return new Promise(resolve => socket.close(() => resolve()))
}

/**
 * Joins on every interface and creates a sending socket for each. Rejects with `unsupported` if
 * none can.
 */
async function joinGroup(
  socket: dgram.Socket,
  options: DatagramOptions,
  device: DatagramDevice | null,
): Promise<dgram.Socket[]> {
  const { group, ttl = 1 } = options.multicast!
  const senders: dgram.Socket[] = []
  for (const name of interfaceNames(options.family, device)) {
    const sender = createSocket({ ...options, port: 0 })
    try {
      await bind(sender, { family: options.family, port: 0 }, device)
      sender.setMulticastInterface(name)
      sender.setMulticastTTL(ttl)
      sender.setMulticastLoopback(true)
      socket.addMembership(group, name)
      senders.push(sender)
    } catch {
      // An interface without multicast (a tunnel) does not affect the others. A socket that could
      // not bind is closed already.
      try {
        sender.close()
      } catch {}
    }
  }
  if (senders.length === 0) {
    throw new ShoalError('unsupported', `no network interface takes part in multicast group ${group}`)
  }
  return senders
}

/** Node's names of interfaces for multicast: an IPv4 address, or `::%zone`. */
function interfaceNames(family: IpFamily, device: DatagramDevice | null): string[] {
  const names = new Set<string>()
  for (const [zone, addresses] of Object.entries(networkInterfaces())) {
    if (device && zone !== device.name) continue
    for (const address of addresses ?? []) {
      if (address.family !== `IPv${family}`) continue
      const id = process.platform === 'win32' ? address.scopeid : zone
      names.add(family === 4 ? address.address : `::%${id}`)
    }
  }
  return [...names]
}

function bindError(error: Error & { code?: string }, port: number): ShoalError {
  if (error instanceof ShoalError) return error
  const cause = { cause: error }
  if (error.code === 'EADDRINUSE') {
    return new ShoalError('refused', `UDP port ${port} is taken: choose another, or 0 for a free one`, cause)
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new ShoalError('no-permission', `no permission for UDP port ${port}: choose one above 1023`, cause)
  }
  return new ShoalError('unsupported', `cannot open a UDP socket here: ${messageOf(error)}`, cause)
}

function sendError(error: unknown, host: string, port: number): ShoalError {
  const cause = { cause: error }
  return new ShoalError('unreachable', `cannot send to ${host} port ${port}: ${messageOf(error)}`, cause)
}
