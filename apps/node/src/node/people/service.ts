import type { Recognition } from '@shoal/torrent'
import { service } from '../kernel/capability.ts'

/** The seed of the node's network key (Ed25519, 32 bytes). */
export interface NetworkSeed {
  readonly seed: Uint8Array
  /** Makes another network key. Other nodes know nothing of it yet. */
  renew(): Promise<Uint8Array>
}

export const NETWORK_SEED = service<NetworkSeed>('network seed')

/** Scores a node of the Shoal network down that broke its rules. `peerId`: its PeerId, as bytes. `ip`: 4 or 16 bytes, or null if it is unknown. */
export type ReportMisconduct = (peerId: Uint8Array, ip: Uint8Array | null) => void

export const MISCONDUCT = service<ReportMisconduct>('misconduct')

/** Recognizes Shoal peers for the engine, and keeps their accounts. */
export const RECOGNITION = service<Recognition>('recognition')
