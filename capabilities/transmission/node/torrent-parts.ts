import type { Peer, PieceMap, Settings, Torrent, TorrentFile } from '@shoal/api'
import { listAllFiles, type TorrentFacts } from '@shoal/node/node/server/compat/detail-cache.ts'
import type { RpcContext } from './context.ts'

/** The data that a torrent's fields are computed from. Parts that no field needs are empty. */
export interface TorrentParts {
  readonly number: number
  readonly row: Torrent
  readonly facts: TorrentFacts
  readonly files: readonly TorrentFile[]
  readonly peers: readonly Peer[]
  /** Null while the metadata is unknown. */
  readonly pieces: PieceMap | null
  readonly settings: Settings
  readonly nowMs: number
  /** See RpcContext. */
  readonly remembered: ReadonlyMap<string, number>
}

export type Part = 'facts' | 'files' | 'peers' | 'pieces'

/** Only requests what is needed, since lists of thousands are polled. */
export async function torrentParts(
  rows: readonly Torrent[],
  needs: ReadonlySet<Part>,
  context: RpcContext,
): Promise<TorrentParts[]> {
  const { call, facts, numbers, remembered } = context
  const settings = await call('getSettings', {})
  const nowMs = Date.now()
  const known = needs.has('facts') ? await facts.of(rows) : []
  const byId = new Map(known.map(each => [each.detail.id, each]))
  const parts: TorrentParts[] = []
  for (const row of rows) {
    const of = byId.get(row.id) ?? NOTHING
    if (of === NOTHING && needs.has('facts')) continue
    try {
      const more = await requestParts(row, needs, context)
      parts.push({ number: numbers.of(row.id), row, facts: of, settings, nowMs, remembered, ...more })
    } catch (error) {
      // It was removed in the meantime.
      if ((error as { code?: unknown }).code !== 'not-found') throw error
    }
  }
  return parts
}

/** Used if no field needs the details. */
const NOTHING = {} as TorrentFacts

async function requestParts(row: Torrent, needs: ReadonlySet<Part>, { call }: RpcContext) {
  const { id } = row
  const hasMetadata = row.fileCount !== null
  return {
    files: needs.has('files') && hasMetadata ? await listAllFiles(call, id) : [],
    peers: needs.has('peers') ? (await call('listPeers', { id })).items : [],
    pieces: needs.has('pieces') && hasMetadata ? await call('getPieces', { id }) : null,
  }
}
