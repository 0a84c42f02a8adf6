/**
 * Linux calls that Node does not offer: sockets that are bound to a network interface before they
 * connect or listen.
 */
import { createRequire } from 'node:module'
import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { parseIp } from '../../base/ip.ts'
import type { IpFamily } from '../datagram.ts'

/** Constants of Linux, the same on all architectures for which koffi has binaries. */
const AF = { 4: 2, 6: 10 } as const
const TYPE = { stream: 1, datagram: 2 } as const
const SOCK_NONBLOCK = 0x800
const SOCK_CLOEXEC = 0x80000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_BINDTODEVICE = 25
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26

interface BoundSocketOptions {
  readonly type: keyof typeof TYPE
  readonly family: IpFamily
  /** Name of the interface. */
  readonly device: string
  /** Local port to bind, 0 for any. Default: the socket is not bound to an address yet. */
  readonly port?: number | undefined
  /** Local IP literal without zone. Default: all addresses of the family. */
  readonly host?: string | undefined
  /** Whether other programs may bind the port, too. */
  readonly isShared?: boolean | undefined
  /** Whether an IPv6 socket receives IPv4 as well. */
  readonly isDual?: boolean | undefined
}

/** Sockets as file descriptors. Its functions throw the system's errors, with their `code`. */
export interface Libc {
  /** Opens a socket whose packets leave and arrive through one interface only (SO_BINDTODEVICE). */
  openSocket(options: BoundSocketOptions): number
  /** Closes a file descriptor that has no other owner. */
  close(fd: number): void
  /**
   * The index of an interface, which is not reused for another one of the same name; 0 if there is
   * none.
   */
  interfaceIndex(name: string): number
}

let loaded: Libc | null = null

/**
 * Loads the calls on first use. Throws `unsupported`, with the reason, on systems where sockets
 * cannot be bound to an interface.
 */
export function loadLibc(): Libc {
  if (process.platform !== 'linux')
    throw cannotBind('that takes Linux. Bind the whole program to the VPN in its own settings')
  if (loaded) return loaded
  const libc = openLibc()
  try {
    // Linux before 5.7 allows it only to root, and some containers do not allow it.
    libc.close(libc.openSocket({ type: 'stream', family: 4, device: 'lo' }))
  } catch (error) {
    throw cannotBind(
      `this system does not allow it (${messageOf(error)}): it takes Linux 5.7 or the capability NET_RAW`,
      error,
    )
  }
  loaded = libc
  return libc
}

function openLibc(): Libc {
  const koffi = loadKoffi()
  const library = koffi.load(null)
  const socket = library.func('int socket(int, int, int)')
  const setsockopt = library.func('int setsockopt(int, int, int, void *, uint32_t)')
  const bind = library.func('int bind(int, void *, uint32_t)')
  const close = library.func('int close(int)')
  const ifNameToIndex = library.func('uint32_t if_nametoindex(str)')
  const check = (call: string, result: number): number => {
    if (result >= 0) return result
    const code = getSystemErrorName(-koffi.errno())
    throw Object.assign(new Error(`${call} ${code}`), { code })
  }
  const set = (fd: number, level: number, name: number, value: Uint8Array | boolean) => {
    const bytes = typeof value === 'boolean' ? new Uint8Array(Int32Array.of(Number(value)).buffer) : value
    check('setsockopt', setsockopt(fd, level, name, bytes, bytes.length))
  }
  return {
    openSocket({ type, family, device, port, host, isShared = false, isDual = false }) {
      const fd = check('socket', socket(AF[family], TYPE[type] | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
      try {
        // Before anything else: nothing is sent before it is bound.
        set(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(device))
        if (isShared || (type === 'stream' && port !== undefined)) set(fd, SOL_SOCKET, SO_REUSEADDR, true)
        if (family === 6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !isDual)
        if (port !== undefined || host !== undefined) {
          const address = socketAddress(family, host, port ?? 0)
          check('bind', bind(fd, address, address.length))
        }
        return fd
      } catch (error) {
        close(fd)
        throw error
      }
    },
    close: fd => void close(fd),
    interfaceIndex: name => ifNameToIndex(name),
  }
}

/** The part of koffi that is used. */
interface Koffi {
  /** Null: the program itself, which contains the C library. */
  load(path: null): { func(signature: string): (...values: unknown[]) => number }
  errno(): number
}

function loadKoffi(): Koffi {
  try {
    // Large and rarely needed. Not loaded by `import`, because routes open synchronously.
    return createRequire(import.meta.url)('koffi')
  } catch (error) {
    throw cannotBind(`the package koffi does not load on this machine (${messageOf(error)})`, error)
  }
}

/** `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress(family: IpFamily, host: string | undefined, port: number): Buffer {
  const address = Buffer.alloc(family === 4 ? 16 : 28)
  address[endianness() === 'LE' ? 0 : 1] = AF[family]
  address.writeUInt16BE(port, 2)
  const ip = host === undefined ? null : parseIp(host)
  if (ip) address.set(ip, family === 4 ? 4 : 8)
  return address
}

function cannotBind(why: string, cause?: unknown): ShoalError {
  return new ShoalError('unsupported', `cannot bind to a network interface: ${why}`, { cause })
}
