/** Contract between the client of room logs and its transport: Socket.IO, or a simulator. */
import type { Clock, Random } from '@shoal/torrent/base'
import type { Input, RequestName } from './messages.ts'

/** An authenticated connection to a hub. */
export interface Link {
  /** Resolves to the raw response; never settles if the connection ends. */
  request<Name extends RequestName>(name: Name, input: Input<Name>): Promise<unknown>
  /** Sends a volatile message, or drops it. */
  volatile(room: Uint8Array, bytes: Uint8Array): void
  /** Idempotent. `closed` is no longer called. */
  close(): void
}

export interface LinkEvents {
  /** A message pushed by the hub. */
  received(name: string, body: unknown): void
  /** The connection has ended. `isFinal`: the session has ended, so reconnecting is pointless. */
  closed(reason: string, isFinal: boolean): void
}

/** Connects. Rejects with a `RoomError`; after `unauthorized`, reconnecting is pointless. */
export type Connect = (events: LinkEvents, options: { readonly signal: AbortSignal }) => Promise<Link>

/** Dependencies of a client. */
export interface ClientGiven {
  readonly connect: Connect
  readonly clock: Clock
  readonly random: Random
}
