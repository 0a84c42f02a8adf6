/** Torrents of nodes in other places. */
import type { Torrent } from '@shoal/api'
import { type UntilOptions, until } from '@shoal/testing'
import type { PlacedNode } from './placed-node.ts'

/** Returns the torrent of a node that has one. */
export async function torrentOf(node: PlacedNode): Promise<Torrent | undefined> {
  return (await node.call('listTorrents', { sort: 'name', order: 'ascending', limit: 1 })).items[0]
}

/** Searches until the network finds a torrent. Resolves to its link. */
export function searched(node: PlacedNode, text: string, patience?: UntilOptions): Promise<string> {
  const search = async () => {
    const { id } = await node.call('startSearch', { text } as never)
    const isDone = async () => {
      const progress = await node.call('readSearch', { id, since: 0 })
      return progress.done && progress
    }
    const { rows } = await until('the search is done', isDone, patience)
    return rows[0]?.link
  }
  return until('the search finds it', search, patience)
}
