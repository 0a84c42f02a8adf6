import { flag, list, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { UNLOCK_OPTIONS } from '../alone/unlock-options.ts'
import { OPTIONAL_NODE_OPTIONS, refuseWithoutNode } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { texts } from '../texts.ts'
import { parseIndexes } from '../values/ranges.ts'
import { parseDuration } from '../values/size.ts'

/** Options that correspond to settings of a node. */
const ALONE = Object.keys(NETWORK_OPTIONS).filter(key => key !== 'limitDown' && key !== 'limitUp')

export const get = defineCommand({
  about: texts.get.about({ shoal: SHOAL }),
  positionals: [
    {
      name: 'LINK',
      help: texts.argument.link,
    },
  ],
  options: {
    out: value('DIR', { short: 'o', help: texts.get.options.out }),
    peer: list('HOST:PORT', { help: texts.get.options.peer }),
    tracker: list('URL', { help: texts.get.options.tracker }),
    webSeed: list('URL', { help: texts.get.options.webSeed }),
    select: value('NUMBERS', {
      help: texts.get.options.select({ shoal: SHOAL }),
      parse: parseIndexes,
    }),
    sequential: flag(texts.get.options.sequential),
    preallocate: flag(texts.get.options.preallocate),
    seed: flag(texts.get.options.seed),
    timeout: value('TIME', {
      help: texts.get.options.timeout,
      parse: parseDuration,
    }),
    ...UNLOCK_OPTIONS,
    noNetwork: flag(texts.networkOptions.noNetwork),
    networkNode: list('ADDRESS', { help: texts.get.options.networkNode }),
    ...NETWORK_OPTIONS,
    ...OPTIONAL_NODE_OPTIONS,
  },
  examples: [
    ['get "magnet:?xt=urn:btih:…" -o Downloads', texts.get.examples.plain],
    ['get film.torrent --select 0,2-4 --limit-down 2MB --seed', texts.get.examples.select],
  ],
  async run([link], options, context) {
    if (options.node !== undefined) {
      const { getViaNode, refuseWithNode } = await import('../client/via-node.ts')
      refuseWithNode(options, ['preallocate', 'seed', 'keyFile', 'noNetwork', 'networkNode', ...ALONE])
      return getViaNode(link!, options, context)
    }
    refuseWithoutNode(options, ['token', 'username', 'passwordFile', 'dataDir'])
    if (options.noNetwork && options.networkNode.length > 0)
      throw new UsageError(texts.networkOptions.nodeWithoutNetwork)
    const isRouted = options.proxy !== undefined || options.interface !== undefined
    if (isRouted && options.networkNode.length > 0) throw new UsageError(texts.networkOptions.nodeBehindRoute)
    const { getLink } = await import('../alone/get-link.ts')
    return getLink(link!, { ...options, network: await sessionOptions(options) }, context)
  },
})
