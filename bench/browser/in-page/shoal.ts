/** A page with our engine, run as on the share page: in a worker, with the page's peer connections. */
import { BrowserPeer } from '../../../apps/web/src/shared/engine/browser-peer.ts'
import { chosenFile, fromBase64, toBase64 } from './chosen.ts'

/** Polling interval for completion. */
const POLL_MS = 25

const peer = new BrowserPeer()

export interface ShoalPage {
  /** Shares the chosen file. Resolves to its .torrent in base64. */
  share(version: 'v1' | 'hybrid', tracker: string): Promise<string>
  /** Downloads a .torrent or magnet link. Resolves when all is downloaded and verified. */
  download(
    source: { torrent: string } | { magnet: string },
  ): Promise<{ seconds: number; firstSeconds: number; startedMs: number }>
}

const page: ShoalPage = {
  async share(version, tracker) {
    const file = chosenFile()
    const { id } = await peer.share([{ path: [file.name], file }], {
      name: file.name,
      version,
      trackers: [[tracker]],
    })
    return toBase64(await peer.metainfo(id))
  },

  async download(source) {
    const started = performance.now()
    let first = 0
    const { id } = await peer.add('torrent' in source ? fromBase64(source.torrent) : source.magnet)
    for (;;) {
      const torrent = (await peer.list()).find(one => one.id === id)
      if (torrent?.error) throw new Error(torrent.error.message)
      if (!first && torrent && torrent.downloadedBytes > 0) first = performance.now()
      if (torrent?.isComplete) break
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
    return {
      seconds: (performance.now() - started) / 1000,
      firstSeconds: (first - started) / 1000,
      startedMs: started,
    }
  },
}

Object.assign(window, { shoal: page })
