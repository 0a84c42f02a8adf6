import type { TorrentDetail } from '@shoal/api'

/** Returns the API's details of a torrent without any known properties. */
export function emptyDetail(id: string, name: string): TorrentDetail {
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
    ...{ reason: null, trackerHosts: [], trackersFail: false },
    ...{
      label: null,
      tags: [],
      fileCount: null,
      diskName: null,
      private: false,
      sealed: false,
      link: null,
      audience: null,
      sequential: false,
      superSeeding: false,
      firstLastFirst: false,
      queuePosition: null,
    },
    ...{ addedMs: Date.now(), completedMs: null, activeMs: null, magnet: `magnet:?xt=urn:btih:${id}` },
    ...{ contentId: 'baf5rcf', version: 'v1', wastedBytes: 0, webSeeds: [], sourcesOff: [], source: null },
    ...{ changedFiles: [] },
    ...{ ratioLimit: null, seedingTimeLimitMinutes: null, downloadingSeconds: 0, seedingSeconds: 0 },
    ...{ sessionDownloadedBytes: 0, sessionUploadedBytes: 0, seenCompleteMs: null },
    ...unknown,
    ...unlimited,
  }
}
