/**
 * The contract of pipes: one kind of byte stream between two processes, without BitTorrent on top.
 */

import type { ProcessUsage } from '../usage.ts'

export interface Pipe {
  /** Accepts one stream. Resolves to the port. */
  listen(host: string, onBytes: (count: number) => void): Promise<number>
  /** Opens a stream, and sends this many bytes. Resolves when it is open. */
  flood(host: string, port: number, bytes: number): Promise<void>
}

/** Our uTP and `node:dgram`, our libp2p transport and a bare libp2p stream. */
export type PipeKind = 'shoal' | 'bare' | 'libp2p' | 'bare-libp2p'

/** The operations of `pipe-process.ts`. */
export interface PipeOperations {
  listen(args: { host: string }): Promise<{ port: number }>
  flood(args: { host: string; port: number; bytes: number }): Promise<void>
  /** Resolves when this many bytes have arrived, to the time since the first one. */
  received(args: { bytes: number }): Promise<{ seconds: number }>
  /** Bytes received so far. */
  count(): number
  usage(): ProcessUsage
}
