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

/** Listens to the events of `torrent:ID` as long as the component is mounted. */
export function useTorrentEvents(id: string, listener: (event: EventOf<'torrent'>) => void): void {
  useTopic(`torrent:${id}`, event => event.type === 'torrent' && listener(event))
}

/** The torrent with all that its page shows; what the list has of it is kept up to date by events. */
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

/** How much came from each kind of source since the node started. */
export function useSources(id: string): Asked<readonly SourceShare[]> {
  const asked = useAsked<readonly SourceShare[]>(async api => (await api.listSources({ id })).items, [id])
  useTorrentEvents(id, ({ sources }) => sources && asked.set(sources))
  return asked
}

/** Trackers, and when they were reported: their times until the next announce count from there. */
export interface ToldTrackers {
  readonly items: readonly Tracker[]
  readonly atMs: number
}

export function useTrackers(id: string): Asked<ToldTrackers> {
  const asked = useAsked<ToldTrackers>(
    async api => ({ ...(await api.listTrackers({ id })), atMs: Date.now() }),
    [id],
  )
  useTorrentEvents(id, ({ trackers }) => trackers && asked.set({ items: trackers, atMs: Date.now() }))
  return asked
}

/** The settings switch the DHT off: nothing of it can be waited for. */
export function useDhtOff(): boolean {
  return useCell(useNode().stats)?.dhtNodes === null
}

/** Pieces of the torrent. There are none before it has its metadata; they are requested once more when it is complete. */
export function usePieces({ id, totalBytes, progress }: TorrentDetail): Pieces | null {
  const hasMetadata = totalBytes !== null
  const asked = useAsked<Pieces | null>(
    async api => (hasMetadata ? decodePieces(await api.getPieces({ id })) : null),
    [id, hasMetadata, progress === 1],
  )
  useTorrentEvents(id, ({ pieces }) => pieces && asked.set(decodePieces(pieces)))
  return asked.value ?? null
}
