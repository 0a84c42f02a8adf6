import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { linkErrors, OUTSIDE_ERRORS, withStatus } from '../errors.ts'
import { Nothing, PageInput, page } from '../schemas/common.ts'
import { OpenedSeal, SealedFile, SealedId } from '../schemas/sealed.ts'
import { AddTorrent } from '../schemas/torrent.ts'

const One = { id: SealedId }

/**
 * Sealed shares: encryption before sharing, decryption after download, and of single files while
 * they download.
 */
export const SEALED = contract({
  name: 'sealed',
  operations: {
    openSealed: operation({
      method: 'POST',
      path: '/api/sealed',
      effect: 'write',
      area: 'files',
      summary:
        'Open the files of a sealed share for reading while it downloads. The answer comes when its beginning has arrived; a repeated call continues to wait after a timeout',
      input: AddTorrent.pick({ passphrase: true, peers: true }).extend({
        source: AddTorrent.shape.source.unwrap().meta({ description: 'The share link of a sealed share' }),
        timeoutSeconds: z.number().min(1).max(300).default(60),
      }),
      output: OpenedSeal,
      paths: { source: { unguarded: 'only a share link is opened: a path is refused' } },
      errors: {
        ...linkErrors('source'),
        ...OUTSIDE_ERRORS,
        ...withStatus(400, 'bad-share', 'key-needed', 'not-sealed', 'passphrase-needed', 'unsafe-path'),
        ...withStatus(403, 'wrong-key', 'wrong-passphrase'),
        ...withStatus(409, 'conflict'),
        ...withStatus(413, 'too-large'),
        ...withStatus(503, 'busy'),
        'bad-bencode': { status: 400, field: 'source' },
        'bad-torrent': { status: 400, field: 'source' },
      },
      idempotent: true,
    }),
    getSealed: operation({
      method: 'GET',
      path: '/api/sealed/{id}',
      effect: 'read',
      area: 'files',
      summary: 'Get an opened sealed share, with the error of the last read that failed',
      input: z.object(One),
      output: OpenedSeal,
    }),
    listSealedFiles: operation({
      method: 'GET',
      path: '/api/sealed/{id}/files',
      effect: 'read',
      area: 'files',
      summary: 'List the files in an opened sealed share, and where to read them',
      input: z.object({ ...One, ...PageInput }),
      output: page(SealedFile),
    }),
    closeSealed: operation({
      method: 'DELETE',
      path: '/api/sealed/{id}',
      effect: 'write',
      area: 'files',
      summary: 'Forget the key of an opened sealed share. Its torrent stays',
      input: z.object(One),
      output: Nothing,
    }),
  },
})
