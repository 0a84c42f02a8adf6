import type { Server, Socket } from 'node:net'
import type { OpenDatagram } from './datagram.ts'
import type { ResolveHost } from './resolve.ts'
import type { RouteFacts } from './route.ts'

/**
 * Opens a TCP connection to an IP literal, or to a name that `resolveHost` of the route returned.
 * Nothing has been read from the socket. Rejects with a ShoalError (`refused`, `unreachable`,
 * `timeout`) or with the signal's reason.
 */
export type ConnectTo = (
  target: { readonly host: string; readonly port: number },
  options: { signal: AbortSignal },
) => Promise<Socket>

/**
 * Lets a server accept connections on a port (0: any). Returns a function that forgets the server
 * before it is closed. Rejects with the system's error.
 */
export type ListenOn = (
  server: Server,
  place: { readonly host?: string | undefined; readonly port: number },
) => Promise<() => void>

/** A way to the network that cannot be bypassed by code that only has its functions. */
export interface Route extends RouteFacts {
  readonly connect: ConnectTo
  /** A proxy resolves names itself: then this returns the name in place of an address. */
  readonly resolveHost: ResolveHost
  readonly openDatagram: OpenDatagram
  /** Null for the system's own access. */
  readonly listen: ListenOn | null
  /** Name of the only network interface that is used; null for all. */
  readonly device: string | null
}
