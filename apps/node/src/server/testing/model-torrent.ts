import type { Torrent, TorrentDetail, Upload } from '@shoal/api'

export interface ModelFile {
  path: string
  bytes: Uint8Array
  priority: number
}

/** A torrent of the model: what the API shows, and its files' bytes. */
export interface ModelTorrent {
  detail: TorrentDetail
  files: ModelFile[]
  tiers: string[][]
}

export interface ModelUpload extends Pick<Upload, 'id' | 'name' | 'startedMs'> {
  files: { path: string; lengthBytes: number }[]
}

export function uploadView({ files, ...upload }: ModelUpload): Upload {
  const receivedBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  return { ...upload, fileCount: files.length, receivedBytes }
}

export function modelTorrent(id: string, name: string, files: ModelFile[]): ModelTorrent {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  return {
    files,
    tiers: [],
    detail: {
      ...emptyDetail(id, name),
      state: files.length > 0 ? 'seeding' : 'metadata',
      progress: files.length > 0 ? 1 : 0,
      totalBytes: files.length > 0 ? totalBytes : null,
      wantedBytes: files.length > 0 ? totalBytes : null,
      haveBytes: totalBytes,
      fileCount: files.length > 0 ? files.length : null,
    },
  }
}

function emptyDetail(id: string, name: string): TorrentDetail {
  const unknown = {
    comment: null,
    createdBy: null,
    createdMs: null,
    pieceCount: null,
    pieceLengthBytes: null,
  }
  const unlimited = { downloadLimitBytesPerSecond: null, uploadLimitBytesPerSecond: null }
  return {
    ...({ id, infoHashV1: id, infoHashV2: null, name, error: null, directory: '/downloads' } as const),
    ...({ state: 'metadata', progress: 0, totalBytes: null, wantedBytes: null, haveBytes: 0 } as const),
    ...{ downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, downloadedBytes: 0, uploadedBytes: 0 },
    ...{ ratio: null, etaSeconds: null, peers: 0, seeds: 0, swarmSeeds: null, swarmLeeches: null },
    ...{ label: null, tags: [], fileCount: null, private: false, sequential: false, queuePosition: null },
    ...{ addedMs: Date.now(), completedMs: null, activeMs: null, magnet: `magnet:?xt=urn:btih:${id}` },
    ...{ contentId: 'baf5rcf', version: 'v1', wastedBytes: 0, webSeeds: [], source: null },
    ...{ ratioLimit: null, seedingTimeLimitMinutes: null, downloadingSeconds: 0, seedingSeconds: 0 },
    ...unknown,
    ...unlimited,
  }
}

/** As a row of the list. */
export function rowOf({ detail }: ModelTorrent): Torrent {
  const { magnet, contentId, version, comment, createdBy, createdMs, pieceCount, ...rest } = detail
  const { pieceLengthBytes, wastedBytes, webSeeds, source, ratioLimit, ...more } = rest
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond, seedingTimeLimitMinutes, ...row } = more
  return row
}
