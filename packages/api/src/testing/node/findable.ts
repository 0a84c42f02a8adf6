import type { FINDABLE } from '../../contracts/findable.ts'
import type { Implemented } from '../../operations.ts'
import type { FindableTorrent } from '../../schemas/findable.ts'
import { found, refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

/** In-memory store of what is published for search. The network takes everything at once. */
export function findable(state: SimulatedState): Implemented<typeof FINDABLE> {
  let did = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  return {
    listFindable: async () => ({
      publisher: { did, problem: null },
      items: [...state.findable.values()].filter(({ id }) => state.torrents.has(id)),
    }),
    async makeFindable({ id, ...given }) {
      const { row } = found(state.torrents, id, 'torrent')
      if (row.private || row.sealed)
        throw refusal('refused', 'Private torrents and sealed shares are never published.', 'id')
      return publishFindable(state, id, given)
    },
    async hideTorrent({ id }) {
      found(state.findable, id, 'torrent')
      state.findable.delete(id)
      return {}
    },
    async setPublisher({ identity }) {
      const [named] = /did:key:z6Mk\w+/.exec(identity) ?? []
      if (named === undefined) throw refusal('bad-key-file', 'This text contains no Shoal key.', 'identity')
      did = named
      return { did, problem: null }
    },
  }
}

/** Publishes a torrent for search. */
export function publishFindable(
  state: SimulatedState,
  id: string,
  given: {
    title?: string | undefined
    tags?: string[] | undefined
    license?: string | undefined
    language?: string | undefined
  },
): FindableTorrent {
  const { row } = state.torrents.get(id)!
  const nowMs = state.clock.nowMs()
  const item: FindableTorrent = {
    ...{ id, name: row.name, cid: `baf5rcf${id}`, title: given.title ?? row.name },
    tags: given.tags ?? [...(row.label === null ? [] : [row.label]), ...row.tags],
    ...{ license: given.license ?? null, language: given.language ?? null },
    publishedMs: state.findable.get(id)?.publishedMs ?? nowMs,
    ...{ expiresMs: nowMs + 30 * 86_400_000, announcedMs: nowMs, nodes: 22, problem: null },
  }
  state.findable.set(id, item)
  return item
}
