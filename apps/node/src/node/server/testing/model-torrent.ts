import type { Torrent, TorrentDetail, Upload } from '@shoal/api'
import { emptyDetail } from '../../testing/empty-detail.ts'

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

/** As a row of the list. */
export function rowOf({ detail }: ModelTorrent): Torrent {
  const { magnet, contentId, version, comment, createdBy, createdMs, pieceCount, ...rest } = detail
  const { pieceLengthBytes, wastedBytes, webSeeds, source, ratioLimit, ...more } = rest
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond, seedingTimeLimitMinutes, ...row } = more
  return row
}
