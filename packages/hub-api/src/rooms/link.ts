/** The contract between the client of room logs and what carries its messages: Socket.IO, or a simulator. */
import type { Clock, Random } from '@shoal/torrent/base'
import type { Input, RequestName } from './messages.ts'

/** A connection to a hub that knows who the client is. */
export interface Link {
  /** Resolves with the answer as it came; never, if the connection ends. */
  request<Name extends RequestName>(name: Name, input: Input<Name>): Promise<unknown>
  /** Sends a volatile message, or drops it. */
  volatile(room: Uint8Array, bytes: Uint8Array): void
  /** Idempotent. `closed` is not called any more. */
  close(): void
}

export interface LinkEvents {
  /** Something that the hub sent unasked. */
  received(name: string, body: unknown): void
  /** The connection has ended. `isFinal`: connecting again is of no use, since the session has ended. */
  closed(reason: string, isFinal: boolean): void
}

/** Connects. Rejects with a `RoomError`: with `unauthorized`, connecting again is of no use. */
export type Connect = (events: LinkEvents, options: { readonly signal: AbortSignal }) => Promise<Link>

/** A client gets this from outside. */
export interface ClientGiven {
  readonly connect: Connect
  readonly clock: Clock
  readonly random: Random
}
