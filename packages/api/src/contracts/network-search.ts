import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { Id, Nothing } from '../schemas/common.ts'
import { SearchProgress, StartSearch } from '../schemas/network-search.ts'

/** Search over the Shoal network and the node's own list at once, without a server. */
export const NETWORK_SEARCH = contract({
  name: 'network-search',
  operations: {
    startSearch: operation({
      method: 'POST',
      path: '/api/searches',
      area: 'search',
      summary:
        'Search the Shoal network and the node’s own list; a search that nobody reads for a minute ends',
      input: StartSearch,
      output: SearchProgress,
      errors: ['too-many-requests'],
    }),
    readSearch: operation({
      method: 'GET',
      path: '/api/searches/{id}',
      area: 'search',
      summary: 'Read what a search found since a revision: waits up to 20 seconds for something new',
      input: z.object({
        id: Id,
        since: z.number().int().min(0).default(0).meta({
          description: '`revision` of the answer before. 0: everything so far, at once',
        }),
      }),
      output: SearchProgress,
    }),
    probeSearch: operation({
      method: 'POST',
      path: '/api/searches/{id}/seeds',
      area: 'search',
      summary: 'Look for seeds of rows of a search, such as those on the screen: the rows then tell how many',
      input: z.object({ id: Id, rows: z.array(z.string().max(200)).min(1).max(50) }),
      output: Nothing,
      idempotent: true,
    }),
    endSearch: operation({
      method: 'DELETE',
      path: '/api/searches/{id}',
      area: 'search',
      summary: 'End a search and forget its rows',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
  },
})
