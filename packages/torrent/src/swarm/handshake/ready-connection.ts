import type { Connection } from '../../transport/transport.ts'
import type { Handshake } from '../../wire/handshake.ts'

/** A connection whose handshakes are done. */
export interface ReadyConnection {
  readonly connection: Connection
  readonly encrypted: boolean
  readonly handshake: Handshake
  /** The 20 bytes by which the side that opened it named the torrent. */
  readonly topic: Uint8Array
  /** Whether the handshakes carried the v2 info hash (BEP 52). */
  readonly v2: boolean
  /** Bytes that arrived after the handshake. */
  readonly early: Uint8Array
}
