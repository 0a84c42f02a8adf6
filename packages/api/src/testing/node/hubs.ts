import type { HUBS } from '../../contracts/hubs.ts'
import type { Implemented } from '../../operations.ts'
import type { HubListing, HubSession, JoinedHub } from '../../schemas/hub.ts'
import { SELF } from './chat-samples.ts'
import { found, pageOf, refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const DAY_MS = 86_400_000
const LINK = 'magnet:?xt=urn:btih:c9e15763f722f23e98a29decdfae341b98d53056&dn=Harbour%20map'

/** A member of one hub, who can join others. Nothing is transferred. */
export function hubs(state: SimulatedState): Implemented<typeof HUBS> {
  const nowMs = state.clock.nowMs()
  const url = 'https://hub.example.org'
  const first: JoinedHub = {
    ...{ url, name: state.says('Friends of the harbour'), did: 'did:web:hub.example.org' },
    ...{ account: state.says('Ana'), accountDid: SELF },
    ...{ joinedMs: nowMs - 20 * DAY_MS, knowsDevices: true, isExposed: false, problem: null },
  }
  const joined = new Map([[url, first]])
  const map: HubListing = {
    ...{
      id: '1',
      title: state.says('Harbour map'),
      category: 'pictures',
      tags: [state.says('map')],
      link: state.says(LINK),
    },
    ...{ url: `${url}/listings/1`, sizeBytes: 48_000_000, fileCount: 12, author: state.says('Ada') },
    ...{ createdMs: nowMs - 3 * DAY_MS, seeders: 4, leechers: 1 },
  }
  const listings = new Map([[url, [map]]])
  const session = (id: string, device: string, own: boolean): HubSession => ({
    ...{ id, device, label: state.says(device), own },
    ...{ createdMs: nowMs - DAY_MS / 2, seenMs: nowMs - 60_000, expiresMs: nowMs + DAY_MS / 2 },
  })
  let sessions = [session('1', 'Node at home', true), session('2', 'Laptop', false)]
  const told = <Value>(value: Value): Value => {
    state.emit({ type: 'hubs' })
    return value
  }
  const find = (hub: string) => found(joined, hub, 'hub', 'hub')
  return {
    listHubs: async () => ({ items: [...joined.values()] }),
    async joinHub({ url: text, name = '' }) {
      const { origin, protocol, host } = URL.parse(text) ?? {}
      if (origin === undefined || host === undefined || !/^https?:$/.test(protocol ?? ''))
        throw refusal('bad-argument', 'This is not the address of a hub.', 'url')
      const hub = joined.get(origin) ?? {
        ...first,
        url: origin,
        name: host,
        did: null,
        account: name || SELF,
        joinedMs: state.clock.nowMs(),
      }
      joined.set(origin, hub)
      return told(hub)
    },
    async leaveHub({ hub }) {
      joined.delete(find(hub).url)
      return told({ items: [...joined.values()] })
    },
    async searchHub({ hub, text, category, tag, cursor, limit }) {
      const { url } = find(hub)
      const matches = (listings.get(url) ?? []).filter(
        each =>
          each.title.toLowerCase().includes(text.toLowerCase()) &&
          (category === undefined || each.category === category) &&
          (tag === undefined || each.tags.includes(tag)),
      )
      const { items, next } = pageOf(matches, cursor, limit)
      return { items, next }
    },
    async publishAtHub({ hub, torrent, link, title, category, tags }) {
      const { url } = find(hub)
      const row = torrent === undefined ? undefined : found(state.torrents, torrent, 'torrent', 'torrent').row
      const id = String((listings.get(url) ?? []).length + 1)
      const listing: HubListing = {
        ...{ ...map, id, category, tags: [...tags], author: 'Ana', createdMs: state.clock.nowMs() },
        ...{ title: title ?? row?.name ?? '', link: link ?? LINK, url: `${url}/listings/${id}` },
        sizeBytes: row?.totalBytes ?? 0,
      }
      listings.set(url, [listing, ...(listings.get(url) ?? [])])
      return listing
    },
    async listHubSessions({ hub }) {
      find(hub)
      return { items: sessions }
    },
    async endHubSession({ hub, session: id }) {
      find(hub)
      sessions = sessions.filter(each => each.id !== id)
      return { items: sessions }
    },
    async inviteToHub({ hub, uses, days }) {
      const { url } = find(hub)
      const expiresMs = state.clock.nowMs() + days * DAY_MS
      return { link: `${url}/join#invitation=AAAAAAAAAAAAAAAAAAAAAA`, uses, expiresMs }
    },
  }
}
