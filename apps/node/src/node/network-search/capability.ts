/** Search over the Shoal network and the node's own list at once. */
import { NETWORK_SEARCH as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { NETWORK } from '../network/service.ts'
import { SEARCH_OPERATIONS } from '../search/service.ts'
import { TORRENTS } from '../torrents/service.ts'
import { Probes } from './probes.ts'
import { Searches } from './searches.ts'

export const NETWORK_SEARCH = capability({
  contract: CONTRACT,
  needs: { network: NETWORK, local: SEARCH_OPERATIONS, torrents: TORRENTS },
  start({ clock }, { network, local, torrents }) {
    const searches = new Searches({
      ...{ clock, torrents, probes: new Probes(network) },
      own: query => local.search(query),
      host: () => network.mustRun,
      trust: () => 0,
    })
    return {
      operations: {
        startSearch: input => searches.start(input),
        readSearch: ({ id, since }, options) => searches.read(id, since, options?.signal),
        async probeSearch({ id, rows }) {
          searches.probe(id, rows)
          return {}
        },
        async endSearch({ id }) {
          searches.end(id)
          return {}
        },
      },
      close: () => searches.close(),
    }
  },
})
