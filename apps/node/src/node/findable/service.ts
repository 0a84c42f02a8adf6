import type { CheckedInputOf } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { ManagedTorrent } from '../torrents/service.ts'

/** Lets others find torrents by searching the network. */
export interface Findables {
  /** Rejects if publishing is impossible: `refused` behind a proxy, `locked` without the key. */
  check(): Promise<void>
  /** Publishes a torrent, or changes its description. */
  make(torrent: ManagedTorrent, description: Omit<CheckedInputOf<'makeFindable'>, 'id'>): Promise<unknown>
  /** Returns whether this is the signing key of this node: Ed25519, 32 bytes. */
  isOwn(publicKey: Uint8Array): boolean
}

export const FINDABLES = service<Findables>('findables')
