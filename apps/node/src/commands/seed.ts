import { resolve } from 'node:path'
import { defineCommand } from '../cli/command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../cli/network-options.ts'
import { list, value } from '../cli/options.ts'
import { createOptions, TORRENT_OPTIONS } from '../cli/torrent-options.ts'
import { OPTIONAL_NODE_OPTIONS } from '../client/node-options.ts'

const { name: _name, ...MAKE_OPTIONS } = TORRENT_OPTIONS
/** What a node decides by itself, or has no word for. */
const ALONE = ['torrent', 'peer', 'keepLinks', ...Object.keys(NETWORK_OPTIONS)]

export const seed = defineCommand({
  about: [
    'Makes a torrent of the file or folder, or checks it against the one given, prints the magnet link and shares until Ctrl-C. What was hashed before and has not changed since is not read again.',
    'With --node a running node makes and shares it, and this ends when it is shared.',
  ],
  positionals: [{ name: 'PATH', help: 'the file or folder' }],
  options: {
    torrent: value('FILE', { help: 'Its .torrent: a path or URL. Default: one is made' }),
    peer: list('HOST:PORT', { help: 'Connect to this peer at once' }),
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
  ],
  async run([path], options, context) {
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
      }
      // A node elsewhere has paths of its own.
      return seedViaNode(options.node === 'local' ? resolve(path!) : path!, create, options, context)
    }
    const { seedPath } = await import('../share/seed-path.ts')
    return seedPath(
      path!,
      {
        ...options,
        create: createOptions({ ...options, name: undefined }),
        network: sessionOptions(options),
      },
      context,
    )
  },
})
