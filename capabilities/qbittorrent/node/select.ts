import type { Torrent } from '@shoal/api'
import { allTorrents, findTorrents } from '@shoal/node/node/server/compat/torrent-finder.ts'
import type { WebContext } from './answer.ts'
import type { Params } from './params.ts'
import { Refusal } from './refusal.ts'

/**
 * Returns the torrents in `hashes`: `all`, or hashes separated by `|`. Unknown ones are left out.
 */
export async function chosen(params: Params, { call }: WebContext): Promise<Torrent[]> {
  if (params.required('hashes') === 'all') return allTorrents(call)
  return findTorrents(call, params.list('hashes', '|'))
}

export async function chosenIds(params: Params, context: WebContext): Promise<string[]> {
  return (await chosen(params, context)).map(({ id }) => id)
}

/** Returns the torrent with this `hash`. Throws if there is none. */
export async function chosenOne(params: Params, { call }: WebContext): Promise<Torrent> {
  const [torrent] = await findTorrents(call, [params.required('hash').trim()])
  if (torrent) return torrent
  throw new Refusal(404, 'there is no such torrent')
}
