/** Searches the Shoal network and the node's own list simultaneously. */
import { NETWORK_SEARCH as CONTRACT } from '@shoal/api'
import { FINDABLES } from '../findable/service.ts'
import { capability } from '../kernel/capability.ts'
import { NETWORK } from '../network/service.ts'
import { PERSONS } from '../people/service.ts'
import { SEARCH_OPERATIONS } from '../search/service.ts'
import { TORRENTS } from '../torrents/service.ts'
import { Probes } from './probes.ts'
import { Publishers } from './publishers.ts'
import { Searches } from './searches.ts'
import { NETWORK_SEARCH_TABLES } from './tables.ts'

export const NETWORK_SEARCH = capability({
  contract: CONTRACT,
  migrations: NETWORK_SEARCH_TABLES,
  needs: { network: NETWORK, local: SEARCH_OPERATIONS, torrents: TORRENTS },
  wants: { findables: FINDABLES, persons: PERSONS },
  start({ clock, database, events }, { network, local, torrents, findables, persons }) {
    const publishers = new Publishers({
      ...{ database, persons },
      isOwn: publisher => findables?.isOwn(publisher) ?? false,
    })
    const stops = [
      torrents.watch({ onComplete: torrent => publishers.completed(torrent) }),
      torrents.registry.listen({
        onListed: torrent => publishers.added(torrent),
        onChanged() {},
        onUnlisted() {},
      }),
    ]
    const searches = new Searches({
      ...{ clock, torrents, publishers, probes: new Probes(network) },
      own: query => local.search(query),
      host: () => network.mustRun,
      networkState: () => network.status.state,
      publish: (topic, event) => events.publish(topic, event),
    })
    events.addFamily('search', /^[0-9a-f-]{36}$/, id => searches.watch(id))
    const stopBlocking = persons?.onBlocked(() => searches.onBlocked())
    return {
      operations: {
        startSearch: input => searches.start(input),
        readSearch: async ({ id, since }) => searches.read(id, since),
        async probeSearch({ id, rows }) {
          searches.probe(id, rows)
          return {}
        },
        async endSearch({ id }) {
          searches.end(id)
          return {}
        },
      },
      close() {
        for (const stop of stops) stop()
        stopBlocking?.()
        searches.close()
      },
    }
  },
})
