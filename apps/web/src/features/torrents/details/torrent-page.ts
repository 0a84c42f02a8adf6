import type { TorrentDetail } from '@shoal/api'
import { createContext, useContext } from 'react'
import type { Asked } from '../../../shared/node/context.tsx'
import type { Files } from './useFileTree.ts'

/** State that the tabs of the torrent page share. */
export interface TorrentPageState {
  readonly detail: Asked<TorrentDetail>
  readonly files: Files
  /** Index of the file that the address links to; it is marked and scrolled into view. */
  readonly marked: number | null
  /** Shows a file by its index. */
  open(index: number): void
}

export const TorrentPageContext = createContext<TorrentPageState | null>(null)

export function useTorrentPage(): TorrentPageState {
  const state = useContext(TorrentPageContext)
  if (!state) throw new Error('useTorrentPage needs a TorrentPageContext above it')
  return state
}
