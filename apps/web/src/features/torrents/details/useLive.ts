import type { EventOf, Peer, SourceShare, TorrentDetail, Tracker } from '@shoal/api'
import { useEffect, useMemo, useRef } from 'react'
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

/** Asks again when the node is back, or says that events are lost: what came meanwhile nobody told. */
export function useReloadWhenBack({ reload }: Pick<Asked<unknown>, 'reload'>): void {
  const online = useCell(useNode().events.state) === 'online'
  const resyncs = useCell(useNode().resyncs)
  const seen = useRef(resyncs)
  const wasAway = useRef(false)
  useEffect(() => {
    if (online && (wasAway.current || seen.current !== resyncs)) reload()
    wasAway.current = !online
    seen.current = resyncs
  }, [online, resyncs, reload])
}

/** The torrent with all that its page shows; what the list has of it is kept up to date by events. */
export function useDetail(id: string): Asked<TorrentDetail> {
  const { api } = useNode()
  const row = useTorrent(id)
  const asked = useAsked(
    signal => api.getTorrent({ id }, { signal }),
    [
      id,
      // These events contain, or report changes of, data that is not in the list.
      row?.state,
      row?.totalBytes,
      row?.directory,
    ],
  )
  useReloadWhenBack(asked)
  return useMemo(
    () => ({
      ...asked,
      value: asked.value && { ...asked.value, ...(row?.id === asked.value.id ? row : {}) },
    }),
    [asked, row],
  )
}

export function usePeers(id: string): Asked<readonly Peer[]> {
  const { api } = useNode()
  const asked = useAsked<readonly Peer[]>(
    async signal => (await api.listPeers({ id }, { signal })).items,
    [id],
  )
  useReloadWhenBack(asked)
  useTorrentEvents(id, ({ peers }) => peers && asked.set(peers))
  return asked
}

/** How much came from each kind of source since the node started. */
export function useSources(id: string): Asked<readonly SourceShare[]> {
  const { api } = useNode()
  const asked = useAsked<readonly SourceShare[]>(
    async signal => (await api.listSources({ id }, { signal })).items,
    [id],
  )
  useReloadWhenBack(asked)
  useTorrentEvents(id, ({ sources }) => sources && asked.set(sources))
  return asked
}

/** Trackers, and when they were reported: their times until the next announce count from there. */
export interface ToldTrackers {
  readonly items: readonly Tracker[]
  readonly atMs: number
}

export function useTrackers(id: string): Asked<ToldTrackers> {
  const { api } = useNode()
  const asked = useAsked<ToldTrackers>(
    async signal => ({ ...(await api.listTrackers({ id }, { signal })), atMs: Date.now() }),
    [id],
  )
  useReloadWhenBack(asked)
  useTorrentEvents(id, ({ trackers }) => trackers && asked.set({ items: trackers, atMs: Date.now() }))
  return asked
}

/** The settings switch the DHT off: nothing of it can be waited for. */
export function useDhtOff(): boolean {
  return useCell(useNode().stats)?.dhtNodes === null
}

/** Pieces of the torrent. There are none before it has its metadata; they are requested once more when it is complete. */
export function usePieces({ id, totalBytes, progress }: TorrentDetail): Pieces | null {
  const { api } = useNode()
  const hasMetadata = totalBytes !== null
  const asked = useAsked<Pieces | null>(
    async signal => (hasMetadata ? decodePieces(await api.getPieces({ id }, { signal })) : null),
    [id, hasMetadata, progress === 1],
  )
  useReloadWhenBack(asked)
  useTorrentEvents(id, ({ pieces }) => pieces && asked.set(decodePieces(pieces)))
  return asked.value ?? null
}
