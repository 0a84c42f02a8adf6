/** `.m3u` playlists, for players outside the browser. */
import { BYTE_ROUTES, type NodeOperations, type TorrentFile } from '@shoal/api'
import { byteInput, routePath } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FileKeys } from '../access/file-key.ts'

const MAX_ENTRIES = 10_000
const PAGE = 10_000
/** Maximum number of pages of files searched for video and audio. */
const MAX_PAGES = 100

export function addPlaylistRoute(scope: FastifyInstance, operations: NodeOperations, keys: FileKeys): void {
  scope.get(routePath(BYTE_ROUTES.getPlaylist.path), async (request, reply) => {
    const { id } = byteInput(BYTE_ROUTES.getPlaylist, request)
    const media = await mediaFiles(operations, id)
    const base = baseUrl(request)
    const key = keys.make(id)
    const entries = media.map(
      ({ path }) => `#EXTINF:-1,${title(path)}\n${base}${formatAddress(id, path)}?key=${key}\n`,
    )
    reply
      .type('audio/x-mpegurl; charset=utf-8')
      .header('content-disposition', 'attachment; filename="playlist.m3u"')
    return `#EXTM3U\n${entries.join('')}`
  })
}

async function mediaFiles(operations: NodeOperations, id: string): Promise<TorrentFile[]> {
  const found: TorrentFile[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < MAX_PAGES && found.length < MAX_ENTRIES; pages++) {
    const { items, next } = await operations.listFiles({ id, limit: PAGE, cursor })
    found.push(...items.filter(({ mediaType }) => /^(?:video|audio)\//.test(mediaType)))
    if (next === null) break
    cursor = next
  }
  const { compare } = new Intl.Collator('en', { numeric: true })
  return found.sort((a, b) => compare(a.path, b.path)).slice(0, MAX_ENTRIES)
}

// The key is bound to the id that it was made for: `href` can have the other id of a hybrid
// torrent.
function formatAddress(id: string, path: string): string {
  return `/files/${id}/${path
    .split('/')
    .map(part => encodeURIComponent(part.toWellFormed()))
    .join('/')}`
}

// A line break would start another entry.
function title(path: string): string {
  return path
    .split('/')
    .at(-1)!
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
}

/**
 * Returns the base URL that the client uses for this node; the Host header has already been
 * checked.
 */
function baseUrl({ headers }: FastifyRequest): string {
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${headers.host}`
}
