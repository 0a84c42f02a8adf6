import type { PieceMap, TorrentStats } from '../../api.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Content } from './content.ts'
import type { Phases } from './phases.ts'
import { torrentReason } from './reason.ts'
import { currentPath } from './relocation.ts'
import type { TorrentData } from './torrent-data.ts'

const IDLE = { download: 0, upload: 0 }
const NO_FILES: readonly string[] = []
const MAX_AVAILABILITY = 255

/** The numbers of a torrent as the public API shows them. */
export function torrentStats(phases: Phases, nowMs: number): TorrentStats {
  const { data, network } = phases
  const { swarm, running } = network
  const { content, totals, state } = data
  const { trackersFail, looksElsewhere: findsOtherwise } = network.announcements
  const { error } = data.lifecycle
  const { download, upload } = torrentRates(data, nowMs)
  const haveBytes = content?.haveBytes ?? 0
  const wantedBytes = content?.wantedBytes ?? 0
  const left = wantedBytes - haveBytes
  const peers = swarm?.peers.size ?? 0
  const changed = content && data.changedFiles.size > 0 ? changedFiles(data, content) : NO_FILES
  let seeds = 0
  for (const peer of swarm?.peers.values() ?? []) if (peer.pieces.uploadOnly) seeds++
  return {
    state,
    reason: torrentReason({
      state,
      sources: peers + (running?.webSeeds.working ?? 0),
      quietMs: data.quietMs(nowMs),
      trackersFail,
      findsOtherwise,
      hasChangedFiles: changed.length > 0,
      routeFails: network.routeFails,
    }),
    trackersFail,
    downloadBytesPerSecond: download,
    uploadBytesPerSecond: upload,
    downloadedBytes: totals?.downloadedBytes ?? 0,
    uploadedBytes: totals?.uploadedBytes ?? 0,
    wastedBytes: (swarm?.state.wastedBytes ?? 0) + (running?.transfer.wastedBytes ?? 0),
    haveBytes,
    wantedBytes,
    progress: progress(phases, haveBytes, wantedBytes),
    etaSeconds: left === 0 || download === 0 ? null : left / download,
    peers,
    seeds,
    knownPeers: swarm?.pool.idle ?? 0,
    changedFiles: changed,
    ...(error ? { error: error.message } : {}),
    ...(error instanceof ShoalError ? { errorCode: error.code } : {}),
  }
}

/** Paths of the files that others changed, until their pieces are back. */
function changedFiles(data: TorrentData, content: Content): string[] {
  return [...data.changedFiles]
    .filter(file => content.haveBytesOf(file) < content.layout.files[file]!.lengthBytes)
    .map(file => currentPath(data, content, file).join('/'))
}

/**
 * Payload bytes per second. 0 as soon as the torrent is paused, although the average of the last
 * seconds is not.
 */
export function torrentRates(
  { totals, lifecycle }: TorrentData,
  nowMs: number,
): { download: number; upload: number } {
  if (!totals || lifecycle.paused) return IDLE
  return { download: totals.download.bytesPerSecond(nowMs), upload: totals.upload.bytesPerSecond(nowMs) }
}

function progress({ data, checks }: Phases, haveBytes: number, wantedBytes: number): number {
  if (data.state === 'checking') return checks.progress
  if (!data.content) return 0
  return wantedBytes === 0 ? 1 : haveBytes / wantedBytes
}

/** Which pieces are present, and how many sources have each. */
export function pieceMap({ data: { content }, network: { running } }: Phases): PieceMap {
  if (!content)
    return { count: 0, pieceLengthBytes: 0, have: new Uint8Array(0), availability: new Uint8Array(0) }
  const { pieceCount, pieceLengthBytes } = content.layout
  const availability = new Uint8Array(pieceCount)
  const picker = running?.transfer.picker
  if (picker)
    for (let piece = 0; piece < pieceCount; piece++)
      availability[piece] = Math.min(MAX_AVAILABILITY, picker.pieces.availability(piece))
  return { count: pieceCount, pieceLengthBytes, have: content.shown.bytes.slice(), availability }
}
