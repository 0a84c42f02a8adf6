import { createContext, useContext, useEffect } from 'react'
import type { Cell } from '../../shared/base/cell.ts'
import type { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import type { TorrentDetail } from '../../shared/engine/protocol.ts'
import { useCell } from '../../shared/node/context.tsx'
import type { HostedConfig } from './config.ts'
import type { Dropped } from './drops.ts'
import type { FileAddresses } from './engine/file-addresses.ts'
import type { PeerStore } from './engine/peer-store.ts'

/** Progress of creating a link. */
export type SharingState =
  | {
      readonly state: 'running'
      readonly step: 'sealing' | 'hashing'
      /** The part of the bytes that this step has processed, 0 to 1. */
      readonly share: number
      cancel(): void
    }
  | { readonly state: 'ready'; readonly name: string; readonly hash: string }
  | { readonly state: 'failed'; readonly words: string }

/** Services shared by all parts of the page. */
export interface Services {
  readonly store: PeerStore
  readonly peer: BrowserPeer
  readonly addresses: FileAddresses
  readonly config: HostedConfig
  /** Files that were dropped on the page, until the form takes them. */
  readonly dropped: Cell<Dropped | null>
  /**
   * The link that is being created, or that was created and has not been opened; null if there is
   * none.
   */
  readonly sharing: Cell<SharingState | null>
  /** Ids of the torrents that this page has created since it was loaded. */
  readonly made: Set<string>
  /** The address of the page, without its fragment. */
  readonly page: string
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('useServices needs a ServicesContext above it')
  return services
}

/**
 * Returns the files and peers of a torrent, updated once a second while the component is mounted.
 */
export function useDetail(id: string): TorrentDetail | null {
  const { store } = useServices()
  useEffect(() => store.watchDetail(id), [store, id])
  return useCell(store.detail(id))
}
