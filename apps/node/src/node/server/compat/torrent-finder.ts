import { MAX_PAGE, type Torrent } from '@shoal/api'
import type { Call } from './call.ts'

/**
 * Other clients identify torrents by 40 hex digits: the v1 info hash, or the start of the v2 info
 * hash if there is no v1 (BEP 52).
 */
export function hash40({ infoHashV1, infoHashV2, id }: Torrent): string {
  return infoHashV1 ?? (infoHashV2 ?? id).slice(0, 40)
}

/** Returns all rows, oldest first. */
export async function allTorrents(call: Call): Promise<Torrent[]> {
  const torrents: Torrent[] = []
  let cursor: string | undefined
  do {
    const page = await call('listTorrents', {
      limit: MAX_PAGE,
      sort: 'addedMs',
      order: 'ascending',
      ...(cursor && { cursor }),
    })
    torrents.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  return torrents
}

/** Returns the current rows of the torrents with these hashes; unknown ones are left out. */
export async function findTorrents(call: Call, hashes: readonly string[]): Promise<Torrent[]> {
  // A few are requested individually: that is up to date, and does not read the list.
  if (hashes.length > 100) return pick(await allTorrents(call), hashes)
  const found = await Promise.all(hashes.map(hash => findTorrent(call, hash.toLowerCase())))
  const missing = hashes.filter((_, at) => found[at] === null).filter(hash => /^[0-9a-f]{40}$/i.test(hash))
  const others = missing.length > 0 ? pick(await allTorrents(call), missing) : []
  return unique([...found.filter(torrent => torrent !== null), ...others])
}

async function findTorrent(call: Call, hash: string): Promise<Torrent | null> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return null
  return call('getTorrent', { id: hash }).catch(error => {
    if ((error as { code?: unknown }).code === 'not-found') return null
    throw error
  })
}

function pick(torrents: readonly Torrent[], hashes: readonly string[]): Torrent[] {
  const byHash = new Map(
    torrents.flatMap(torrent => hashNames(torrent).map(name => [name, torrent] as const)),
  )
  return unique(hashes.map(hash => byHash.get(hash.toLowerCase())).filter(torrent => torrent !== undefined))
}

function hashNames(torrent: Torrent): string[] {
  const { id, infoHashV1, infoHashV2 } = torrent
  return [id, infoHashV1, infoHashV2, infoHashV2?.slice(0, 40), hash40(torrent)].filter(
    name => typeof name === 'string',
  )
}

function unique(torrents: readonly Torrent[]): Torrent[] {
  return [...new Map(torrents.map(torrent => [torrent.id, torrent])).values()]
}
