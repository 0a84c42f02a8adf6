import type { Server, Socket } from 'node:net'
import type { OpenDatagram } from './datagram.ts'
import type { ResolveHost } from './resolve.ts'
import type { RouteFacts } from './route.ts'

/**
 * Opens a TCP connection to an IP literal, or to a name that `resolveHost` of the route returned. Nobody has read from the socket. Rejects with a
 * ShoalError (`refused`, `unreachable`, `timeout`) or with the signal's reason.
 */
export type ConnectTo = (
  target: { readonly host: string; readonly port: number },
  options: { signal: AbortSignal },
) => Promise<Socket>

/**
 * Lets a server accept connections at a port (0: any), and returns a function that forgets the server before it is closed. Rejects with the
 * system's error.
 */
export type ListenOn = (
  server: Server,
  place: { readonly host?: string | undefined; readonly port: number },
) => Promise<() => void>

/** A way to the network, which whoever has nothing else cannot bypass. */
export interface Route extends RouteFacts {
  readonly connect: ConnectTo
  /** A proxy resolves names itself: then this returns the name in place of an address. */
  readonly resolveHost: ResolveHost
  readonly openDatagram: OpenDatagram
  /** Null if the system's own way is meant. */
  readonly listen: ListenOn | null
  /** Name of the only network interface that takes part; null if all do. */
  readonly device: string | null
}
