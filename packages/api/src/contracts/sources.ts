import { z } from 'zod'
import { contract, MIB, operation } from '../contract.ts'
import { Protocol } from '../schemas/node.ts'
import { Added, AddTorrent, Preview, PreviewTorrent } from '../schemas/torrent.ts'

/** Adding torrents, files and sealed shares by links, and previews of them. */
export const SOURCES = contract({
  name: 'sources',
  operations: {
    addTorrent: operation({
      method: 'POST',
      path: '/api/torrents',
      effect: 'write',
      area: 'torrents',
      summary: 'Add a torrent, or download a file over HTTP(S) or FTP',
      input: AddTorrent,
      output: Added,
      errors: ['unknown-identifier', 'ipfs-content-id', 'bad-torrent', 'forbidden-path', 'no-answer'],
      idempotent: true,
      bodyLimitBytes: 45 * MIB,
    }),
    previewTorrent: operation({
      method: 'POST',
      path: '/api/previews',
      effect: 'outside',
      area: 'torrents',
      summary: 'Preview the content of a link or .torrent before adding it',
      input: PreviewTorrent,
      output: Preview,
      errors: [
        'unknown-identifier',
        'ipfs-content-id',
        'not-a-torrent',
        'bad-torrent',
        'forbidden-path',
        'timeout',
      ],
      idempotent: true,
      bodyLimitBytes: 45 * MIB,
    }),
    listProtocols: operation({
      method: 'GET',
      path: '/api/protocols',
      effect: 'read',
      area: 'node',
      summary: 'List the kinds of links that the node supports',
      input: z.object({}),
      output: z.object({ items: z.array(Protocol) }),
    }),
  },
  commands: ['add'],
})
