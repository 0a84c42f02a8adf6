import type { TorrentApi, TorrentFile } from '@shoal/torrent'
import type { ManagedTorrent } from '../torrents/service.ts'

/** A file of a listed torrent that has a web seed at the file's URL. */
export interface TorrentOfUrl {
  readonly torrent: ManagedTorrent
  readonly file: TorrentFile
}

/**
 * Finds the file at a URL in a torrent that stores it in the folder: its peers help, and its hashes
 * verify the server's data. Returns null if there is none, if the torrent is paused or failed and
 * so would never complete, or if it gave up the server, for example for wrong bytes: the URL is
 * then downloaded separately.
 */
export function torrentOfUrl(
  link: string,
  directory: string,
  torrents: Iterable<ManagedTorrent>,
): TorrentOfUrl | null {
  const wanted = URL.canParse(link) ? withoutFragment(link) : null
  if (wanted === null) return null
  for (const torrent of torrents) {
    const { api } = torrent
    if (api.webSeeds.length === 0 || api.directory !== directory || !isOfUse(torrent)) continue
    for (const seed of api.webSeeds) {
      const file = api.files.find(file => fileUrl(seed, api, file) === wanted)
      if (file && (isHere(file) || !isGivenUp(seed, api))) return { torrent, file }
    }
  }
  return null
}

/**
 * BEP 19: the URL of a single file is that of the web seed unless that ends in a slash; for others,
 * the path is appended to it.
 */
function fileUrl(seed: string, { metainfo }: TorrentApi, { path }: TorrentFile): string | null {
  if (!metainfo || !URL.canParse(seed)) return null
  const url = new URL(seed)
  if (metainfo.info.singleFile && !url.pathname.endsWith('/')) return withoutFragment(seed)
  const folder = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  url.pathname = folder + path.map(part => encodeURIComponent(part.toWellFormed())).join('/')
  return withoutFragment(url.href)
}

function isOfUse({ api, queued }: ManagedTorrent): boolean {
  return api.isComplete || ((!api.paused || queued) && api.state !== 'error')
}

function isHere({ haveBytes, lengthBytes }: TorrentFile): boolean {
  return haveBytes === lengthBytes
}

/**
 * Returns whether the torrent no longer uses the server: it has none of the data, or sent wrong
 * bytes.
 */
function isGivenUp(seed: string, api: TorrentApi): boolean {
  const { protocol, host, pathname } = new URL(seed)
  const label = `${protocol}//${host}${pathname}`
  return api.peers().some(({ kind, address, progress }) => {
    const isIt = kind === 'webseed' && address.split('?')[0] === label
    return isIt && progress === 0
  })
}

function withoutFragment(text: string): string {
  const url = new URL(text)
  url.hash = ''
  return url.href
}
