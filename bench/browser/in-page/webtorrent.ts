/** A page with WebTorrent's own browser build, which the benchmark also serves. */
import { chosenFile, fromBase64, toBase64 } from './chosen.ts'

/** The part of WebTorrent's API that is used here. */
interface Torrent {
  readonly torrentFile: Uint8Array
  readonly done: boolean
  on(event: 'done', listener: () => void): void
  once(event: 'download', listener: () => void): void
}
interface Client {
  seed(file: File, options: object, onSeed: (torrent: Torrent) => void): void
  add(torrent: Uint8Array, options: object, onReady: (torrent: Torrent) => void): Torrent
  on(event: 'error', listener: (error: Error) => void): void
}

export interface WebTorrentPage {
  share(tracker: string): Promise<string>
  download(torrent: string): Promise<{ seconds: number; firstSeconds: number; startedMs: number }>
  version(): Promise<string>
}

const loading = import(/* @vite-ignore */ `${location.origin}/webtorrent.min.js`) as Promise<{
  default: { new (options: object): Client; VERSION: string }
}>
const failed = Promise.withResolvers<never>()
failed.promise.catch(() => {})
const opening = loading.then(({ default: WebTorrent }) => {
  const client = new WebTorrent({ dht: false, tracker: { rtcConfig: { iceServers: [] } } })
  client.on('error', failed.reject)
  return client
})

const page: WebTorrentPage = {
  async share(tracker) {
    const client = await opening
    const torrent = await Promise.race([
      failed.promise,
      new Promise<Torrent>(resolve => client.seed(chosenFile(), { announceList: [[tracker]] }, resolve)),
    ])
    return toBase64(torrent.torrentFile)
  },

  async download(base64) {
    const client = await opening
    const started = performance.now()
    let first = 0
    const torrent = client.add(fromBase64(base64), {}, () => {})
    torrent.once('download', () => {
      first = performance.now()
    })
    await Promise.race([failed.promise, new Promise<void>(resolve => torrent.on('done', resolve))])
    return {
      seconds: (performance.now() - started) / 1000,
      firstSeconds: (first - started) / 1000,
      startedMs: started,
    }
  },

  version: async () => (await loading).default.VERSION,
}

Object.assign(window, { webtorrent: page })
