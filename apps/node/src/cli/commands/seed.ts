import { resolve } from 'node:path'
import { list, value } from '@shoal/options'
import { checkSealOptions, SEAL_OPTIONS, sealToOf } from '../alone/seal-options.ts'
import { OPTIONAL_NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { PAGE_OPTION } from '../page-option.ts'
import { createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

const { name: _name, ...MAKE_OPTIONS } = TORRENT_OPTIONS
/** Options that a node decides by itself or does not have. */
const ALONE = ['torrent', 'peer', 'keepLinks', 'out', 'page', ...Object.keys(NETWORK_OPTIONS)]

export const seed = defineCommand({
  about: [
    'Makes a torrent of the file or folder, or checks it against the one given, prints the magnet link and shares until Ctrl-C. What was hashed before and has not changed since is not read again.',
    'With --seal it is encrypted first: who has the link (or the passphrase, or a key it is sealed to) reads it, all others, trackers and peers among them, see one file of about its size. The link, with the key after #, is printed then. It is an age file over a tar: age -d sealed.age | tar x opens it.',
    'With --node a running node makes and shares it, and this ends when it is shared.',
  ],
  positionals: [{ name: 'PATH', help: 'the file or folder' }],
  options: {
    torrent: value('FILE', { help: 'Its .torrent: a path or URL. Default: one is made' }),
    peer: list('HOST:PORT', { help: 'Connect to this peer at once' }),
    ...SEAL_OPTIONS,
    ...PAGE_OPTION,
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OPTIONAL_NODE_OPTIONS,
  },
  examples: [
    ['seed Photos', 'Shares the folder Photos and prints its magnet link'],
    [
      'seed ~/Downloads/film.mkv --torrent film.torrent --port 6881',
      'Shares a file that was downloaded before',
    ],
    ['seed Photos --seal', 'Shares the folder encrypted, and prints the link that opens it'],
    ['seed Photos --seal --to age1…', 'Only the owner of this key can open it'],
  ],
  async run([path], options, context) {
    checkSealOptions(options)
    if (options.node !== undefined) {
      const { refuseWithNode, seedViaNode } = await import('../client/via-node.ts')
      refuseWithNode(options, ALONE)
      const { v1, v2, tracker, webSeed, comment, source, pieceLength } = options
      const create = {
        version: v1 === v2 ? ('hybrid' as const) : v1 ? ('v1' as const) : ('v2' as const),
        private: options.private,
        trackers: tracker.flatMap(tier => tier.split(',').map(url => url.trim())),
        webSeeds: [...webSeed],
        ...(comment !== undefined && { comment }),
        ...(source !== undefined && { source }),
        ...(pieceLength !== undefined && { pieceLengthBytes: pieceLength }),
        ...(options.seal && { seal: await sealToOf(options, context.interrupt.signal) }),
      }
      // A node elsewhere has paths of its own.
      return seedViaNode(options.node === 'local' ? resolve(path!) : path!, create, options, context)
    }
    if (options.seal) {
      const { seedSealed } = await import('../alone/seed-sealed.ts')
      const create = createOptions({ ...options, name: undefined })
      return seedSealed(path!, { ...options, create, network: await sessionOptions(options) }, context)
    }
    const { seedPath } = await import('../alone/seed-path.ts')
    return seedPath(
      path!,
      {
        ...options,
        create: createOptions({ ...options, name: undefined }),
        network: await sessionOptions(options),
      },
      context,
    )
  },
})
