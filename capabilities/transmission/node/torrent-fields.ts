/**
 * The fields of torrent-get (rpc-spec 3.3) of rpc-version 17. Features that Shoal does not have are
 * shown as unused.
 */
import { isStalled, type TorrentFile } from '@shoal/api'
import { hasReachedLimit, isComplete, leftBytes } from '@shoal/node/node/server/compat/detail-cache.ts'
import { desiredAvailable, pieceAvailability } from '@shoal/node/node/server/compat/pieces.ts'
import { realTrackers } from '@shoal/node/node/server/compat/real-trackers.ts'
import { hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { rememberedPriority } from './file-choice.ts'
import { isSending, isTaking, peerView, realPeers } from './peers.ts'
import { DEFAULT_SPEED, seconds, secondsLeft, toPriority, toSpeed, toStatus, USUAL } from './status.ts'
import type { Part, TorrentParts } from './torrent-parts.ts'
import { trackerList, trackerStatsView, trackerView } from './trackers.ts'

export interface Field {
  readonly needs: readonly Part[]
  value(parts: TorrentParts): unknown
}

type Value = (parts: TorrentParts) => unknown

const OF_ROW: Record<string, Value> = {
  activityDate: ({ row }) => seconds(row.activeMs),
  addedDate: ({ row }) => seconds(row.addedMs),
  bandwidthPriority: () => 0,
  doneDate: ({ row }) => seconds(row.completedMs),
  downloadDir: ({ row }) => row.directory,
  downloadedEver: ({ row }) => row.downloadedBytes,
  editDate: () => 0,
  eta: ({ row }) => secondsLeft(row),
  etaIdle: () => -1,
  'file-count': ({ row }) => row.fileCount ?? 0,
  // An alternative name that clients use.
  fileCount: ({ row }) => row.fileCount ?? 0,
  group: () => '',
  hashString: ({ row }) => hash40(row),
  haveUnchecked: () => 0,
  haveValid: ({ row }) => row.haveBytes,
  honorsSessionLimits: () => true,
  id: ({ number }) => number,
  isPrivate: ({ row }) => row.private,
  isStalled: ({ row }) => isStalled(row),
  labels: ({ row }) => [...(row.label === null ? [] : [row.label]), ...row.tags],
  leftUntilDone: ({ row }) => leftBytes(row),
  manualAnnounceTime: () => -1,
  maxConnectedPeers: ({ settings }) => settings.network.maxConnectionsPerTorrent,
  metadataPercentComplete: ({ row }) => (row.totalBytes === null ? 0 : 1),
  // The name on disk: clients look for the content there.
  name: ({ row }) => row.diskName ?? row.name,
  'peer-limit': ({ settings }) => settings.network.maxConnectionsPerTorrent,
  peersConnected: ({ row }) => row.peers,
  percentComplete: ({ row }) => part(row.haveBytes, row.totalBytes),
  percentDone: ({ row }) => part(row.haveBytes, row.wantedBytes),
  sequential_download: ({ row }) => row.sequential,
  queuePosition: ({ row }) => (row.queuePosition ?? 1) - 1,
  rateDownload: ({ row }) => Math.round(row.downloadBytesPerSecond),
  rateUpload: ({ row }) => Math.round(row.uploadBytesPerSecond),
  recheckProgress: ({ row }) => (row.state === 'checking' ? row.progress : 0),
  sizeWhenDone: ({ row }) => row.wantedBytes ?? 0,
  // The time of the last start is not stored; it was at this time or later.
  startDate: ({ row }) => seconds(row.addedMs),
  status: ({ row }) => toStatus(row),
  torrentFile: () => '',
  totalSize: ({ row }) => row.totalBytes ?? 0,
  uploadedEver: ({ row }) => row.uploadedBytes,
  uploadRatio: ({ row }) => row.ratio ?? -1,
}

const OF_FACTS: Record<string, Value> = {
  comment: ({ facts }) => facts.detail.comment ?? '',
  corruptEver: ({ facts }) => facts.detail.wastedBytes,
  creator: ({ facts }) => facts.detail.createdBy ?? '',
  dateCreated: ({ facts }) => seconds(facts.detail.createdMs),
  error: parts => trouble(parts).error,
  errorString: parts => trouble(parts).errorString,
  downloadLimit: parts => speedLimit(parts, 'download'),
  downloadLimited: ({ facts }) => facts.detail.downloadLimitBytesPerSecond !== null,
  isFinished: ({ row, facts, settings }) =>
    row.state === 'complete' && isComplete(row) && hasReachedLimit(facts.detail, settings.seeding),
  magnetLink: ({ facts }) => facts.detail.magnet,
  pieceCount: ({ facts }) => facts.detail.pieceCount ?? 0,
  pieceSize: ({ facts }) => facts.detail.pieceLengthBytes ?? 0,
  secondsDownloading: ({ facts }) => Math.round(facts.detail.downloadingSeconds),
  secondsSeeding: ({ facts }) => Math.round(facts.detail.seedingSeconds),
  // Media managers use Transmission's idle limit as a limit of seeding time, which is what Shoal
  // has.
  seedIdleLimit: ({ facts, settings }) =>
    Math.floor(
      facts.detail.seedingTimeLimitMinutes ||
        settings.seeding.timeLimitMinutes ||
        USUAL['idle-seeding-limit'],
    ),
  seedIdleMode: ({ facts }) => limitMode(facts.detail.seedingTimeLimitMinutes),
  seedRatioLimit: ({ facts, settings }) =>
    facts.detail.ratioLimit || settings.seeding.ratioLimit || USUAL.seedRatioLimit,
  seedRatioMode: ({ facts }) => limitMode(facts.detail.ratioLimit),
  trackers: ({ facts }) => realTrackers(facts.trackers).map(trackerView),
  trackerList: ({ facts }) => trackerList(facts.trackers),
  trackerStats: ({ facts, nowMs }) =>
    realTrackers(facts.trackers).map((tracker, id) => trackerStatsView(tracker, id, seconds(nowMs))),
  uploadLimit: parts => speedLimit(parts, 'upload'),
  uploadLimited: ({ facts }) => facts.detail.uploadLimitBytesPerSecond !== null,
  webseeds: ({ facts }) => facts.detail.webSeeds,
}

/**
 * The torrent's limit, otherwise its stored value while that is off, otherwise that of the session.
 */
function speedLimit({ row, facts, settings, remembered }: TorrentParts, way: 'download' | 'upload'): number {
  const own = facts.detail[`${way}LimitBytesPerSecond`]
  if (own !== null) return toSpeed(own)
  const general = settings.limits[`${way}BytesPerSecond`]
  return remembered.get(`${row.id} ${way}Limit`) ?? (general === null ? DEFAULT_SPEED : toSpeed(general))
}

const OF_FILES: Record<string, Value> = {
  bytesCompleted: ({ files }) => files.map(({ haveBytes }) => haveBytes),
  files: ({ files }) =>
    files.map(({ path, lengthBytes, haveBytes }) => ({
      bytesCompleted: haveBytes,
      length: lengthBytes,
      name: path,
    })),
  fileStats: parts =>
    parts.files.map(file => ({
      bytesCompleted: file.haveBytes,
      wanted: file.priority > 0,
      priority: shownPriority(file, parts),
    })),
  'primary-mime-type': ({ files }) => largest(files)?.mediaType ?? 'application/octet-stream',
  priorities: parts => parts.files.map(file => shownPriority(file, parts)),
  wanted: ({ files }) => files.map(({ priority }) => (priority > 0 ? 1 : 0)),
}

const OF_PEERS: Record<string, Value> = {
  peers: ({ peers }) => realPeers(peers).map(peerView),
  // How a peer was found is not stored, except for incoming connections.
  peersFrom: ({ peers }) => ({
    fromCache: 0,
    fromDht: 0,
    fromIncoming: realPeers(peers).filter(({ incoming }) => incoming).length,
    fromLpd: 0,
    fromLtep: 0,
    fromPex: 0,
    fromTracker: 0,
  }),
  peersGettingFromUs: ({ peers }) => realPeers(peers).filter(isTaking).length,
  peersSendingToUs: ({ peers }) => realPeers(peers).filter(isSending).length,
  webseedsSendingToUs: ({ peers }) => peers.filter(peer => peer.kind === 'webseed' && isSending(peer)).length,
}

const OF_PIECES: Record<string, Value> = {
  availability: ({ pieces }) => (pieces ? pieceAvailability(pieces) : []),
  desiredAvailable: ({ row, pieces }) => (pieces ? desiredAvailable(pieces, leftBytes(row)) : 0),
  pieces: ({ pieces }) => pieces?.have ?? '',
}

export const TORRENT_FIELDS: ReadonlyMap<string, Field> = new Map([
  ...fields(OF_ROW, []),
  ...fields(OF_FACTS, ['facts']),
  ...fields(OF_FILES, ['files']),
  ...fields(OF_PEERS, ['peers']),
  ...fields(OF_PIECES, ['pieces']),
])

function fields(values: Record<string, Value>, needs: readonly Part[]): (readonly [string, Field])[] {
  return Object.entries(values).map(([name, value]) => [name, { needs, value }] as const)
}

/** An unwanted file has the priority that it will have once it is wanted. */
function shownPriority({ index, priority }: TorrentFile, { row, remembered }: TorrentParts): number {
  return toPriority(priority || (remembered.get(rememberedPriority(row.id, index)) ?? 0))
}

/**
 * rpc-spec 3.3, `error`: 1 warning of a tracker, 2 its error, 3 a local fault. A tracker's error
 * only counts if no other tracker works.
 */
function trouble({ row, facts }: TorrentParts): { error: number; errorString: string } {
  if (row.error) return { error: 3, errorString: row.error.message }
  const told = realTrackers(facts.trackers).filter(({ message }) => message !== null)
  const failed = told.find(({ state }) => state === 'failed' || state === 'working')
  if (row.trackersFail) return { error: 2, errorString: failed?.message ?? 'The trackers do not answer' }
  const warning = told.find(({ state }) => state === 'ok')
  return warning ? { error: 1, errorString: warning.message! } : { error: 0, errorString: '' }
}

/** 0: from the session, 1: its own, 2: no limit. */
function limitMode(limit: number | null): number {
  if (limit === null) return 0
  return limit === 0 ? 2 : 1
}

function part(have: number, all: number | null): number {
  if (all === null) return 0
  return all === 0 ? 1 : Math.min(1, have / all)
}

function largest(files: readonly TorrentFile[]): TorrentFile | undefined {
  let found: TorrentFile | undefined
  for (const file of files) if (!found || file.lengthBytes > found.lengthBytes) found = file
  return found
}
