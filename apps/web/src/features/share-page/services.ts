import { createContext, useContext, useEffect } from 'react'
import type { Cell } from '../../shared/base/cell.ts'
import type { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import type { TorrentDetail } from '../../shared/engine/protocol.ts'
import { useCell } from '../../shared/node/context.tsx'
import type { PageConfig } from './config.ts'
import type { Dropped } from './drops.ts'
import type { FileAddresses } from './engine/file-addresses.ts'
import type { PeerStore } from './engine/peer-store.ts'

/** Files that are on their way to a link. */
export type SharingState =
  | {
      readonly state: 'running'
      readonly step: 'sealing' | 'hashing'
      /** Of the bytes, 0 to 1, in each step. */
      readonly share: number
      cancel(): void
    }
  | { readonly state: 'ready'; readonly name: string; readonly hash: string }
  | { readonly state: 'failed'; readonly words: string }

/** What all parts of the page work with. */
export interface Services {
  readonly store: PeerStore
  readonly peer: BrowserPeer
  readonly addresses: FileAddresses
  readonly config: PageConfig
  /** Files that were dropped on the page, until they are looked at. */
  readonly dropped: Cell<Dropped | null>
  /** What this page makes a link for, or has made one for that nobody has looked at; null: nothing. */
  readonly sharing: Cell<SharingState | null>
  /** Ids of the torrents that this page has made since it was loaded. */
  readonly made: Set<string>
  /** Address of the page, without what follows `#`. */
  readonly page: string
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('useServices needs a ServicesContext above it')
  return services
}

/** Files and peers of a torrent, once a second while the component is there. */
export function useDetail(id: string): TorrentDetail | null {
  const { store } = useServices()
  useEffect(() => store.watchDetail(id), [store, id])
  return useCell(store.detail(id))
}
