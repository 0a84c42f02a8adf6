import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { Id, Nothing } from '../schemas/common.ts'
import { SearchProgress, StartSearch } from '../schemas/network-search.ts'

/** Search of the Shoal network and the node's own list at once, without a server. */
export const NETWORK_SEARCH = contract({
  name: 'network-search',
  operations: {
    startSearch: operation({
      method: 'POST',
      path: '/api/searches',
      effect: 'outside',
      area: 'search',
      summary:
        'Search the Shoal network and the node’s own list, and count the seeds of the best rows; a search that nobody reads or listens to for a minute ends',
      input: StartSearch,
      output: SearchProgress,
      errors: withStatus(429, 'too-many-requests'),
    }),
    readSearch: operation({
      method: 'GET',
      path: '/api/searches/{id}',
      effect: 'read',
      area: 'search',
      summary: 'Read what a search has found. The events of the topic `search:ID` tell the same as it comes',
      input: z.object({
        id: Id,
        since: z.number().int().min(0).default(0).meta({
          description: '`revision` of the answer before: only rows that changed since then. 0: all rows',
        }),
      }),
      output: SearchProgress,
    }),
    probeSearch: operation({
      method: 'POST',
      path: '/api/searches/{id}/seeds',
      effect: 'outside',
      area: 'search',
      summary:
        'Count the seeds of more rows of a search, such as those on the screen. Those of the best rows are counted without it',
      input: z.object({ id: Id, rows: z.array(z.string().max(200)).min(1).max(50) }),
      output: Nothing,
      idempotent: true,
    }),
    endSearch: operation({
      method: 'DELETE',
      path: '/api/searches/{id}',
      effect: 'write',
      area: 'search',
      summary: 'End a search and forget its rows',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
  },
  events: {
    topics: {
      'search:ID': [
        /**
         * Changes of a search since the previous event, at most ten times a second; the first event
         * has everything so far. `after`: the revision to which they apply. A client with an older
         * one has missed something, and refetches.
         */
        SearchProgress.extend({ type: z.literal('search'), after: z.number().int().min(0) }),
      ],
    },
  },
})
