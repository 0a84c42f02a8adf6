import type { TorrentDetail } from '@shoal/api'
import type { TorrentFacts } from '../detail-cache.ts'

/** A partly downloaded torrent. */
export function sampleDetail(change: Partial<TorrentDetail> = {}): TorrentDetail {
  return {
    id: 'a'.repeat(40),
    infoHashV1: 'a'.repeat(40),
    infoHashV2: null,
    name: 'season',
    diskName: 'season',
    sealed: false,
    link: null,
    audience: null,
    state: 'downloading',
    reason: null,
    error: null,
    progress: 0.25,
    totalBytes: 1000,
    wantedBytes: 800,
    haveBytes: 200,
    downloadBytesPerSecond: 100.4,
    uploadBytesPerSecond: 0,
    downloadedBytes: 210,
    uploadedBytes: 105,
    ratio: 0.5,
    etaSeconds: 6,
    peers: 5,
    seeds: 2,
    swarmSeeds: 10,
    swarmLeeches: null,
    trackerHosts: [],
    trackersFail: false,
    label: 'tv',
    tags: ['new', 'hd'],
    directory: '/downloads/tv',
    fileCount: 2,
    private: false,
    sequential: false,
    superSeeding: false,
    firstLastFirst: false,
    queuePosition: 3,
    addedMs: 1_700_000_000_400,
    completedMs: null,
    activeMs: 1_700_000_100_000,
    magnet: 'magnet:?xt=urn:btih:a',
    contentId: 'baf5rcf',
    version: 'v1',
    comment: null,
    createdBy: null,
    createdMs: null,
    pieceCount: 1,
    pieceLengthBytes: 16_384,
    wastedBytes: 3,
    webSeeds: [],
    sourcesOff: [],
    changedFiles: [],
    downloadLimitBytesPerSecond: null,
    uploadLimitBytesPerSecond: 20_000,
    ratioLimit: null,
    seedingTimeLimitMinutes: null,
    downloadingSeconds: 60,
    seedingSeconds: 0,
    sessionDownloadedBytes: 20,
    sessionUploadedBytes: 5,
    seenCompleteMs: null,
    source: null,
    ...change,
  }
}

export function sampleFacts(change: Partial<TorrentDetail> = {}): TorrentFacts {
  return { detail: sampleDetail(change), trackers: [], firstPath: 'season/a.mkv', availability: null }
}

/** The same torrent with all wanted data. */
export const COMPLETE = { haveBytes: 800, progress: 1, etaSeconds: null, queuePosition: null } as const
