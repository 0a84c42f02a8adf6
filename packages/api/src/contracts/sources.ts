import { z } from 'zod'
import { contract, MIB, operation } from '../contract.ts'
import { linkErrors, OUTSIDE_ERRORS, withStatus } from '../errors.ts'
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
      errors: {
        ...linkErrors('source'),
        ...OUTSIDE_ERRORS,
        ...withStatus(
          400,
          'bad-share',
          'key-needed',
          'not-sealed',
          'not-a-torrent',
          'passphrase-needed',
          'unsafe-path',
        ),
        ...withStatus(403, 'forbidden-path', 'wrong-key', 'wrong-passphrase'),
        ...withStatus(409, 'conflict', 'in-use'),
        'bad-torrent': { status: 400, field: 'torrent' },
        'bad-bencode': { status: 400, field: 'torrent' },
      },
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
      errors: {
        ...linkErrors('source'),
        ...OUTSIDE_ERRORS,
        ...withStatus(400, 'not-a-torrent'),
        ...withStatus(403, 'forbidden-path'),
        ...withStatus(409, 'conflict', 'in-use'),
        ...withStatus(429, 'too-many-requests'),
        'bad-torrent': { status: 400, field: 'torrent' },
        'bad-bencode': { status: 400, field: 'torrent' },
      },
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
