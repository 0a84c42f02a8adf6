/**
 * A page with our engine, run as on the share page: in a worker, with the page's peer connections.
 */
import { BrowserPeer } from '../../../apps/web/src/shared/engine/browser-peer.ts'
import { chosenFile, fromBase64, toBase64 } from './chosen.ts'

/** Polling interval for completion. */
const POLL_MS = 25

const peer = new BrowserPeer()

export interface ShoalPage {
  /**
   * Shares the chosen file with a tracker, or with a node of the Shoal network, whose address
   * starts with `/`. Resolves with its .torrent in base64.
   */
  share(version: 'v1' | 'hybrid', through: string): Promise<string>
  /**
   * Downloads a .torrent or magnet link, by its trackers or by a node of the Shoal network.
   * Resolves when everything is downloaded and verified.
   */
  download(
    source: { torrent: string } | { magnet: string },
    node: string | null,
  ): Promise<{ seconds: number; firstSeconds: number; startedMs: number }>
}

/** Like the share page with the nodes of a link. */
const useNode = (id: string, node: string) =>
  peer.add(`magnet:?xt=urn:btih:${id}&x.pe=${encodeURIComponent(node)}`)

const page: ShoalPage = {
  async share(version, through) {
    const file = chosenFile()
    const { id } = await peer.share([{ path: [file.name], file }], {
      name: file.name,
      version,
      trackers: through.startsWith('/') ? [] : [[through]],
    })
    if (through.startsWith('/')) await useNode(id, through)
    return toBase64(await peer.metainfo(id))
  },

  async download(source, node) {
    const started = performance.now()
    let first = 0
    const { id } = await peer.add('torrent' in source ? fromBase64(source.torrent) : source.magnet)
    if (node !== null) await useNode(id, node)
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
