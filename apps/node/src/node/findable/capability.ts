/** Shares that others can find by searching the Shoal network. */
import { FINDABLE as CONTRACT, type Implemented } from '@shoal/api'
import { Vault } from '@shoal/daemon/vault'
import { readIdentityText } from '@shoal/identity'
import { within } from '../../base/within.ts'
import { capability } from '../kernel/capability.ts'
import { NETWORK } from '../network/service.ts'
import { PERSONS } from '../people/service.ts'
import { TORRENTS } from '../torrents/service.ts'
import type { Findable } from './findable.ts'
import { FindableStore } from './findable-store.ts'
import { PublisherKey } from './publisher-key.ts'
import { FINDABLES } from './service.ts'
import { FINDABLE_TABLES } from './tables.ts'

/**
 * Entries of a node that only runs for one command are withdrawn when it closes, and expire within
 * a day if it is killed.
 */
const PASSING_LIFE_SECONDS = 86_400
/** Maximum time for withdrawing everything. */
const LEAVE_MS = 2500

export const FINDABLE = findableOf({ isPassing: false })

export function findableOf({ isPassing }: { readonly isPassing: boolean }) {
  return capability({
    contract: CONTRACT,
    migrations: FINDABLE_TABLES,
    needs: { network: NETWORK, torrents: TORRENTS },
    wants: { persons: PERSONS },
    provides: { findables: FINDABLES },
    start({ clock, database, dataDir, events, log, route }, { network, torrents, persons }) {
      const store = new FindableStore(database)
      const key = new PublisherKey(database, new Vault(dataDir))
      persons?.usePerson(key)
      let loaded: Promise<Findable> | null = null
      let isClosed = false
      const load = () => {
        loaded ??= import('./findable.ts').then(({ Findable }) => {
          const made = new Findable({
            ...{ clock, store, key, torrents, network },
            ...(isPassing && { lifeSeconds: PASSING_LIFE_SECONDS }),
            forbidden: () => (route ? BEHIND_ROUTE : null),
            onChanged: () => events.publish('network', { type: 'network' }),
            log: message => log.warn(message),
          })
          if (!isClosed) made.start()
          return made
        })
        return loaded
      }
      network.use(() => {
        void load()
        return undefined
      })
      const publisher = () => ({ did: key.did, problem: key.problem })
      const operations: Implemented<typeof CONTRACT> = {
        async listFindable() {
          const items = (await load()).list()
          return { publisher: publisher(), items }
        },
        async makeFindable({ id, ...description }) {
          return (await load()).make(torrents.registry.get(id), description)
        },
        async hideTorrent({ id }) {
          await (await load()).hide(id)
          return {}
        },
        async setPublisher({ identity }) {
          await (await load()).useKey(readIdentityText(identity))
          return publisher()
        },
      }
      return {
        operations,
        provides: {
          findables: {
            check: async () => (await load()).check(),
            make: async (torrent, description) => (await load()).make(torrent, description),
            isOwn: publicKey => key.isOwn(publicKey),
          },
        },
        async close() {
          isClosed = true
          const findable = await loaded
          const closed = async () => findable?.close()
          if (!isPassing) return closed()
          await within(clock, LEAVE_MS, findable?.hideAll().then(closed)).catch(() => {})
        },
      }
    },
  })
}

const BEHIND_ROUTE =
  'behind a proxy and on a network interface of its own, the node is not in the Shoal network and publishes nothing there'
