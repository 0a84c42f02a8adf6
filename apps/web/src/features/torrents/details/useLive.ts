import type { EventOf, Peer, SourceShare, TorrentDetail, Tracker } from '@shoal/api'
import { useMemo } from 'react'
import { decodePieces, type Pieces } from '../../../shared/charts/piece-picture.ts'
import {
  type Asked,
  useAsked,
  useCell,
  useNode,
  useTopic,
  useTorrent,
} from '../../../shared/node/context.tsx'

/** Subscribes to the events of `torrent:ID` while the component is mounted. */
export function useTorrentEvents(id: string, listener: (event: EventOf<'torrent'>) => void): void {
  useTopic(`torrent:${id}`, event => event.type === 'torrent' && listener(event))
}

/**
 * Returns the torrent with everything that its page shows; events update the part that is also in
 * the list.
 */
export function useDetail(id: string): Asked<TorrentDetail> {
  const row = useTorrent(id)
  const asked = useAsked(
    api => api.getTorrent({ id }),
    [
      id,
      // These events contain, or report changes of, data that is not in the list.
      row?.state,
      row?.totalBytes,
      row?.directory,
    ],
  )
  return useMemo(
    () => ({
      ...asked,
      value: asked.value && { ...asked.value, ...(row?.id === asked.value.id ? row : {}) },
    }),
    [asked, row],
  )
}

export function usePeers(id: string): Asked<readonly Peer[]> {
  const asked = useAsked<readonly Peer[]>(async api => (await api.listPeers({ id })).items, [id])
  useTorrentEvents(id, ({ peers }) => peers && asked.set(peers))
  return asked
}

/** Returns the bytes from each kind of source since the node started. */
export function useSources(id: string): Asked<readonly SourceShare[]> {
  const asked = useAsked<readonly SourceShare[]>(async api => (await api.listSources({ id })).items, [id])
  useTorrentEvents(id, ({ sources }) => sources && asked.set(sources))
  return asked
}

/**
 * Trackers, and the time of the report, to which their times until the next announce are relative.
 */
export interface ReportedTrackers {
  readonly items: readonly Tracker[]
  readonly atMs: number
}

export function useTrackers(id: string): Asked<ReportedTrackers> {
  const asked = useAsked<ReportedTrackers>(
    async api => ({ ...(await api.listTrackers({ id })), atMs: Date.now() }),
    [id],
  )
  useTorrentEvents(id, ({ trackers }) => trackers && asked.set({ items: trackers, atMs: Date.now() }))
  return asked
}

/** Returns whether the settings switch the DHT off, so that no peers can be expected from it. */
export function useDhtOff(): boolean {
  return useCell(useNode().stats)?.dhtNodes === null
}

/**
 * Returns the pieces of the torrent, or null before it has its metadata. They are requested again
 * when it is complete.
 */
export function usePieces({ id, totalBytes, progress }: TorrentDetail): Pieces | null {
  const hasMetadata = totalBytes !== null
  const asked = useAsked<Pieces | null>(
    async api => (hasMetadata ? decodePieces(await api.getPieces({ id })) : null),
    [id, hasMetadata, progress === 1],
  )
  useTorrentEvents(id, ({ pieces }) => pieces && asked.set(decodePieces(pieces)))
  return asked.value ?? null
}
