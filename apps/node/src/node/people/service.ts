import type { Recognition } from '@shoal/torrent'
import { service } from '../kernel/capability.ts'

/** The seed of the node's network key (Ed25519, 32 bytes). */
export interface NetworkSeed {
  readonly seed: Uint8Array
  /** Makes another network key. Other nodes know nothing of it yet. */
  renew(): Promise<Uint8Array>
}

export const NETWORK_SEED = service<NetworkSeed>('network seed')

/** Recognizes Shoal peers for the engine, and keeps their accounts. */
export const RECOGNITION = service<Recognition>('recognition')
