import type { PUBLICATIONS } from '../../contracts/publications.ts'
import type { Implemented } from '../../operations.ts'
import type { Followed, Publication } from '../../schemas/publication.ts'
import { seedOf } from './random.ts'
import { found, given } from './refusals.ts'
import type { SimulatedState } from './state.ts'

export function publications(state: SimulatedState): Implemented<typeof PUBLICATIONS> {
  const told = <Value>(value: Value): Value => {
    state.emit({ type: 'publications' })
    return value
  }
  return {
    listPublications: async () => ({ items: [...state.publications.values()] }),
    async publish({ name, link, infoHash, version }) {
      const id = `published-${seedOf(link)}`
      const publishedMs = state.clock.nowMs()
      const publication: Publication = {
        ...{ id, name, link, infoHash, version, publishedMs },
        nodes: 8,
        error: null,
      }
      state.publications.set(id, publication)
      return told(publication)
    },
    async findPublished({ link }) {
      const known = [...state.publications.values()].find(each => each.link === link)
      return { version: known?.version ?? null, infoHash: known?.infoHash ?? null }
    },
    async unpublish({ id }) {
      found(state.publications, id, 'link')
      state.publications.delete(id)
      return told({})
    },
    listFollowed: async () => ({ items: [...state.followed.values()] }),
    async follow({ link, name, ...rest }) {
      const id = `followed-${seedOf(link)}`
      const checkedMs = state.clock.nowMs()
      const followed: Followed = state.followed.get(id) ?? {
        ...{ id, link, ...rest, checkedMs },
        name: name ?? id,
        ...{ torrent: null, version: '1', changedMs: checkedMs, error: null },
      }
      state.followed.set(id, followed)
      return told(followed)
    },
    async updateFollowed({ id, ...change }) {
      const followed = { ...found(state.followed, id, 'link'), ...given(change) }
      state.followed.set(id, followed)
      return told(followed)
    },
    async checkFollowed({ id }) {
      const followed = { ...found(state.followed, id, 'link'), checkedMs: state.clock.nowMs() }
      state.followed.set(id, followed)
      return told(followed)
    },
    async unfollow({ id }) {
      found(state.followed, id, 'link')
      state.followed.delete(id)
      return told({})
    },
  }
}
