import { resolve } from 'node:path'
import { flag, list, UsageError, value } from '@shoal/options'
import { checkSealOptions, readSealTo, SEAL_OPTIONS } from '../alone/seal-options.ts'
import { OPTIONAL_NODE_OPTIONS, refuseWithoutNode } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { checkFindable, FINDABLE_OPTIONS } from '../findable-options.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { PAGE_OPTION } from '../page-option.ts'
import { texts } from '../texts.ts'
import { CONTENT_OPTIONS, createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

const { name: _name, ...MAKE_OPTIONS } = TORRENT_OPTIONS
/** Options that correspond to settings of a node, or that a node does not support. */
const ALONE = [
  ...['torrent', 'keepLinks', 'out', 'page', 'networkNode'],
  ...Object.keys(NETWORK_OPTIONS).filter(key => key !== 'limitDown' && key !== 'limitUp'),
]

export const seed = defineCommand({
  about: texts.seed.about,
  positionals: [{ name: 'PATH', help: texts.argument.path }],
  options: {
    torrent: value('FILE', { help: texts.seed.options.torrent }),
    peer: list('HOST:PORT', { help: texts.seed.options.peer }),
    superSeeding: flag(texts.seed.options.superSeeding),
    ...FINDABLE_OPTIONS,
    ...SEAL_OPTIONS,
    ...CONTENT_OPTIONS,
    ...PAGE_OPTION,
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OPTIONAL_NODE_OPTIONS,
  },
  examples: [
    ['seed Photos', texts.seed.examples.plain],
    ['seed ~/Downloads/film.mkv --torrent film.torrent --port 6881', texts.seed.examples.torrent],
    ['seed Photos --findable', texts.seed.examples.findable],
    ['seed Photos --seal', texts.seed.examples.seal],
    ['seed Photos --seal --to age1…', texts.seed.examples.to],
  ],
  async run([path], options, context) {
    checkSealOptions(options)
    if (options.node !== undefined) {
      const [{ refuseWithNode, seedViaNode }, { startInput }] = await Promise.all([
        import('../client/via-node.ts'),
        import('../client/add.ts'),
      ])
      refuseWithNode(options, ALONE)
      const { v1, v2, tracker, webSeed, comment, source, pieceLength } = options
      const { peer, superSeeding, limitDown, limitUp } = options
      const create = {
        version: v1 === v2 ? ('hybrid' as const) : v1 ? ('v1' as const) : ('v2' as const),
        private: options.private,
        hidden: options.hidden,
        ...(options.findable && { findable: true }),
        trackers: tracker.flatMap(tier => tier.split(',').map(url => url.trim())),
        webSeeds: [...webSeed],
        ...startInput({ peer, superSeeding, limitDown, limitUp }),
        ...(comment !== undefined && { comment }),
        ...(source !== undefined && { source }),
        ...(pieceLength !== undefined && { pieceLengthBytes: pieceLength }),
        ...(options.seal && { seal: await readSealTo(options, context.interrupt.signal) }),
      }
      // On another machine, the path is the node's.
      return seedViaNode(options.node === 'local' ? resolve(path!) : path!, create, options, context)
    }
    refuseWithoutNode(options, ['token', 'username', 'passwordFile'])
    checkFindable(options)
    if (options.torrent !== undefined && options.hidden) throw new UsageError(texts.seed.givenTorrent)
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
