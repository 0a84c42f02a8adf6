import type { CheckedInputOf } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { ManagedTorrent } from '../torrents/service.ts'

/** Lets others find torrents by search in the network. */
export interface Findables {
  /** Rejects if nothing can be published: `refused` behind a proxy, `locked` without the key. */
  check(): Promise<void>
  /** Publishes a torrent, or changes its description. */
  make(torrent: ManagedTorrent, description: Omit<CheckedInputOf<'makeFindable'>, 'id'>): Promise<unknown>
  /** Returns true for the key that signs here: Ed25519, 32 bytes. */
  isOwn(publicKey: Uint8Array): boolean
}

export const FINDABLES = service<Findables>('findables')
