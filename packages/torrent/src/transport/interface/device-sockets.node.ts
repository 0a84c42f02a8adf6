import { Socket } from 'node:net'
import { ShoalError } from '../../base/errors.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { DatagramDevice, DatagramOptions, IpFamily } from '../datagram.ts'
import type { ConnectTo, ListenOn } from '../route.node.ts'
import type { InterfaceWatch } from './interface-watch.node.ts'
import type { Libc } from './libc.node.ts'

/** Holds the ports of an absent interface: no packet leaves the machine through it. */
const PLACEHOLDER = 'lo'

/** A socket that accepts or receives, and must be reopened when its interface has returned. */
export interface Movable {
  move(): Promise<void> | void
}

/** Opens sockets of one network interface, and of no other. */
export class DeviceSockets implements DatagramDevice {
  readonly movable = new Set<Movable>()
  readonly #watch: InterfaceWatch
  readonly #libc: Libc
  /** Connections, which are lost with the interface. */
  readonly #open = new Set<Socket>()

  constructor(watch: InterfaceWatch, libc: Libc) {
    this.#watch = watch
    this.#libc = libc
    watch.onMove = () => this.#moved()
  }

  get name(): string {
    return this.#watch.current?.name ?? PLACEHOLDER
  }

  get problem(): string | null {
    return this.#watch.problem
  }

  readonly connect: ConnectTo = async ({ host, port }, { signal }) => {
    signal.throwIfAborted()
    const socket = this.#socketFor(host, port)
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return connected(socket, host, port, signal)
  }

  readonly listen: ListenOn = async (server, { host, port }) => {
    let at = port
    const open = () => {
      const fd = this.#listening(host, at)
      return new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen({ fd }, () => {
          server.off('error', reject)
          at = (server.address() as { port: number }).port
          resolve()
        })
      })
    }
    const accept = (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
    }
    await open()
    server.on('connection', accept)
    const movable: Movable = {
      async move() {
        server.close()
        await open().catch(() => {})
      },
    }
    this.movable.add(movable)
    return () => this.movable.delete(movable)
  }

  openDatagramFd({ family, port, host, multicast }: DatagramOptions): number {
    return this.#libc.openSocket({
      ...{ type: 'datagram', family, device: this.name, port, isShared: multicast !== undefined },
      host: this.#hostFor(family, host),
    })
  }

  closeFd(fd: number): void {
    this.#libc.close(fd)
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #socketFor(host: string, port: number): Socket {
    const { current, problem } = this.#watch
    if (!current) throw new ShoalError('unreachable', problem!)
    const family: IpFamily = host.includes(':') ? 6 : 4
    try {
      const fd = this.#libc.openSocket({
        ...{ type: 'stream', family, device: current.name },
        host: this.#hostFor(family, undefined),
      })
      // `manualStart`: do not read before it is connected.
      return new Socket({ fd, manualStart: true, allowHalfOpen: false } as object)
    } catch (error) {
      throw connectFailure(error as NodeJS.ErrnoException, host, port)
    }
  }

  #listening(host: string | undefined, port: number): number {
    const listen = (family: IpFamily, address: string | undefined) =>
      this.#libc.openSocket({
        ...{ type: 'stream', family, device: this.name, port, host: address, isDual: address === undefined },
      })
    const only = this.#hostFor(host?.includes(':') ? 6 : 4, host) ?? this.#watch.host
    if (only !== undefined) return listen(only.includes(':') ? 6 : 4, only)
    try {
      return listen(6, undefined)
    } catch (error) {
      // A machine without IPv6.
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error
      return listen(4, undefined)
    }
  }

  /** The address to bind. The placeholder does not have the interface's addresses. */
  #hostFor(family: IpFamily, host: string | undefined): string | undefined {
    const only = this.#watch.host
    if (!this.#watch.current || !only) return host
    if (only.includes(':') === (family === 6)) return only
    throw new ShoalError('unsupported', `the session is bound to ${only}, which is not IPv${family}`)
  }

  #moved(): void {
    for (const socket of this.#open) socket.destroy()
    if (this.#watch.current) for (const movable of [...this.movable]) void movable.move()
  }
}

function connected(socket: Socket, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      socket.off('close', fail)
      finish()
    }
    const fail = (error: NodeJS.ErrnoException | boolean) =>
      settle(() => {
        socket.on('error', () => {})
        socket.destroy()
        reject(connectFailure(error instanceof Error ? error : new Error('closed'), host, port))
      })
    const abort = () =>
      settle(() => {
        socket.on('error', () => {})
        socket.destroy()
        reject(signal.reason)
      })
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('close', fail)
    // Nothing has been read from the socket when it is passed on, so that the new owner receives
    // all data.
    socket.pause()
    socket.connect({ host, port }, () => {
      const stream: { readableFlowing: boolean | null } = socket
      stream.readableFlowing = null
      settle(() => resolve(socket))
    })
  })
}

function connectFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error instanceof ShoalError) return error
  const { code = error.message } = error
  const kind = code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'timeout' : 'unreachable'
  return new ShoalError(kind, `cannot connect to ${formatHostPort(host, port)}: ${code}`, { cause: error })
}
