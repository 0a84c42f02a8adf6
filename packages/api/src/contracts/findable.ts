import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { Nothing, TorrentId } from '../schemas/common.ts'
import { FindableTorrent, MakeFindable, PublisherIdentity } from '../schemas/findable.ts'
import { SECRETS } from '../schemas/names.ts'

/**
 * Shares published for search in the Shoal network: signed descriptions, renewed while the torrent
 * is in the list.
 */
export const FINDABLE = contract({
  name: 'findable',
  operations: {
    listFindable: operation({
      method: 'GET',
      path: '/api/findable',
      effect: 'read',
      area: 'search',
      summary: 'List the torrents of this node that others find by search, and the key that signs them',
      input: z.object({}),
      output: z.object({ publisher: PublisherIdentity, items: z.array(FindableTorrent) }),
    }),
    makeFindable: operation({
      method: 'POST',
      path: '/api/findable',
      effect: 'write',
      area: 'search',
      summary: 'Let others find a torrent by search in the Shoal network, or change its description',
      input: MakeFindable,
      output: FindableTorrent,
      errors: {
        ...withStatus(409, 'locked'),
        ...withStatus(413, 'too-large'),
        ...withStatus(502, 'refused'),
        'no-metadata': { status: 409, field: 'id' },
      },
      idempotent: true,
    }),
    hideTorrent: operation({
      method: 'DELETE',
      path: '/api/findable/{id}',
      effect: 'write',
      area: 'search',
      summary: 'Withdraw a torrent from search',
      input: z.object({ id: TorrentId }),
      output: Nothing,
      errors: withStatus(409, 'locked'),
    }),
    setPublisher: operation({
      method: 'PUT',
      path: '/api/findable/key',
      effect: 'delete',
      area: 'search',
      summary: 'Sign with another key, given as `shoal key export` prints it; torrents are published again',
      input: z.object({ identity: z.string().min(1).max(10_000).register(SECRETS, { isWhole: true }) }),
      output: PublisherIdentity,
      errors: { ...withStatus(400, 'bad-key'), 'bad-key-file': { status: 400, field: 'identity' } },
    }),
  },
  settings: {
    shoal: {
      findable: setting(z.boolean(), false, {
        title: 'New shares can be found by search',
        description:
          'Publishes title, files, sizes, tags and your key of what you share, for everybody who searches the Shoal network. A share can choose otherwise. Never private torrents and sealed shares.',
      }),
    },
  },
  events: { invalidates: { network: ['listFindable'] } },
  commands: ['findable'],
})
