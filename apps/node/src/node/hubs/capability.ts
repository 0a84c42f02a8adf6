/** The hubs of which the node's user is a member. The node logs in as one of the user's devices. */
import { HUBS as CONTRACT, type HubSession } from '@shoal/api'
import type { SessionItem } from '@shoal/hub-api'
import { deviceHash, encodeDevice } from '@shoal/identity/devices'
import { VERSION } from '../../base/version.ts'
import { OWN_PERSON } from '../devices/service.ts'
import { capability } from '../kernel/capability.ts'
import { apiFetch } from '../kernel/http/api-fetch.ts'
import { routeAgent } from '../kernel/http/route-agent.ts'
import { TORRENTS } from '../torrents/service.ts'
import { HubStore } from './hub-store.ts'
import { publishListing, searchListings } from './listings.ts'
import { Memberships } from './memberships.ts'
import { HUBS as SERVICE } from './service.ts'
import { HUBS_TABLES } from './tables.ts'

/** Maximum size of a hub's answer: a page of 200 listings with their links is smaller. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
/** Maximum time for ending the session at a hub that the user leaves. */
const LOGOUT_MS = 5000

export const HUBS = capability({
  contract: CONTRACT,
  migrations: HUBS_TABLES,
  needs: { person: OWN_PERSON, torrents: TORRENTS },
  provides: { hubs: SERVICE },
  start({ clock, database, events, log, route, ticker }, { person, torrents }) {
    const abort = new AbortController()
    const memberships = new Memberships({
      ...{ person, store: new HubStore(database), now: () => clock.unixMs() },
      fetch: apiFetch({
        ...{ route, userAgent: `Shoal/${VERSION}`, maxBytes: MAX_ANSWER_BYTES, signal: abort.signal },
      }),
      agentFor: url => route && routeAgent(route, url),
      onChanged: () => events.publish('hubs', { type: 'hubs' }),
      log: message => log.info(message),
    })
    const ends = [
      ticker.every('the hubs', () => memberships.tick()),
      person.onChanged(() => memberships.devicesChanged()),
    ]
    const list = () => ({ items: memberships.views() })
    const sessions = ({ items }: { readonly items: readonly SessionItem[] }) => {
      const names = new Map(
        person.history?.devices.map(device => [
          Buffer.from(deviceHash(encodeDevice(device))).toString('hex'),
          device.name,
        ]),
      )
      return {
        items: items.map(
          ({ device, current, id, label, createdMs, seenMs, expiresMs }): HubSession => ({
            ...{ id, label, createdMs, seenMs, expiresMs, own: current },
            device: (device !== null && names.get(device)) || null,
          }),
        ),
      }
    }
    return {
      operations: {
        listHubs: async () => list(),
        joinHub: (input, call) => memberships.join(input, call),
        async leaveHub({ hub }) {
          await memberships.leave(hub, LOGOUT_MS)
          return list()
        },
        searchHub: ({ hub, ...query }, call) => memberships.ask(hub, at => searchListings(at, query, call)),
        publishAtHub: ({ hub, ...input }, call) =>
          memberships.ask(hub, at => publishListing(at, input, torrents, call)),
        listHubSessions: ({ hub }, call) =>
          memberships.ask(hub, async ({ api }) => sessions(await api.listSessions({}, call))),
        endHubSession: ({ hub, session }, call) =>
          memberships.ask(hub, async ({ api }) => sessions(await api.endSession({ id: session }, call))),
        inviteToHub: ({ hub, ...input }, call) =>
          memberships.ask(hub, async ({ api, url }) => {
            const { secret, invitation } = await api.createInvitation(input, call)
            const { uses, expiresMs } = invitation
            return { link: `${url}/join#invitation=${encodeURIComponent(secret)}`, uses, expiresMs }
          }),
      },
      provides: { hubs: memberships },
      async close() {
        for (const end of ends) end()
        abort.abort(new Error('The node is stopping'))
        await memberships.close()
      },
    }
  },
})
