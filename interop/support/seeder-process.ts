/** The process that `seeder.ts` starts: a session controlled through its standard streams. */
import { basename, dirname } from 'node:path'
import { limitMs } from '@shoal/testing'
import { createTorrent, magnetOf, Session } from '@shoal/torrent'
import { answerJsonLines } from './json-lines.ts'

const session = await Session.open({ port: null, dht: false, lsd: false, userAgent: 'Shoal/test' })

answerJsonLines({
  async seed({ path, trackers, version = 'hybrid', uploadBytesPerSecond, copyIn }: Seed) {
    const metainfo = await createTorrent(path, { trackers: [trackers], version })
    if (uploadBytesPerSecond) session.setLimits({ uploadBytesPerSecond })
    await session.add(metainfo, { directory: copyIn ?? dirname(path), trusted: copyIn === undefined })
    return { magnet: magnetOf(metainfo), name: basename(path), lengthBytes: metainfo.info.lengthBytes }
  },
  async get({ magnet, directory }: { magnet: string; directory: string }) {
    const torrent = await session.add(magnet, { directory })
    await torrent.whenComplete({ signal: AbortSignal.timeout(limitMs(50)) })
    const kinds = torrent.peers().map(({ kind }) => kind)
    return { files: torrent.files.map(({ diskPath }) => diskPath), kinds }
  },
  limit({ bytesPerSecond }: { bytesPerSecond: number }) {
    session.setLimits({ uploadBytesPerSecond: bytesPerSecond || Infinity })
  },
  uploaded: () => session.stats.uploadedBytes,
})

export interface SeedOptions {
  readonly version?: 'v1' | 'v2' | 'hybrid'
  readonly uploadBytesPerSecond?: number
  /** Folder of a copy that is incomplete: only what is correct in it is given. */
  readonly copyIn?: string
}

interface Seed extends SeedOptions {
  readonly path: string
  readonly trackers: readonly string[]
}
