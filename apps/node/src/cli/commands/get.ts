import { flag, list, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { parseIndexes } from '../../base/text/ranges.ts'
import { parseDuration } from '../../base/text/size.ts'
import { UNLOCK_OPTIONS } from '../alone/unlock-options.ts'
import { OPTIONAL_NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'

/** Options that a node decides by itself. */
const ALONE = Object.keys(NETWORK_OPTIONS).filter(key => key !== 'limitDown' && key !== 'limitUp')

export const get = defineCommand({
  about: [
    'Downloads into DIR, checks every piece, and ends when the download is complete; with --seed it continues sharing until Ctrl-C. Files from an earlier run or another source are kept, so that the same command continues where it stopped.',
    'With --node a running node downloads it and continues sharing; the limits then apply to this torrent.',
    'A sealed share is opened into DIR when it is complete, and the sealed file is then deleted unless --seed is given. A wrong key or passphrase is reported before the download.',
    `Without -o it downloads into the folder Shoal in your home folder, which ${SHOAL} share shares.`,
  ],
  positionals: [
    {
      name: 'LINK',
      help: 'a magnet link, info hash, content ID, the path or URL of a .torrent, or a share link in quotes',
    },
  ],
  options: {
    out: value('DIR', { short: 'o', help: 'Folder to download into. Default: ~/Shoal' }),
    peer: list('HOST:PORT', { help: 'Connect to this peer at once' }),
    tracker: list('URL', { help: 'Announce here too (not for private torrents)' }),
    webSeed: list('URL', { help: 'Download from here too: http(s)://' }),
    select: value('NUMBERS', {
      help: `Only these files, numbered as ${SHOAL} info lists them: 0,2-4`,
      parse: parseIndexes,
    }),
    sequential: flag('Download in order, to watch or listen at once'),
    preallocate: flag('Reserve the space of each file at once, so that a full disk is noticed early'),
    seed: flag('Continue sharing when the download is complete'),
    timeout: value('TIME', {
      help: 'Give up if it is not complete by then: 30s, 10m, 1h',
      parse: parseDuration,
    }),
    ...UNLOCK_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OPTIONAL_NODE_OPTIONS,
  },
  examples: [
    ['get "magnet:?xt=urn:btih:…" -o Downloads', 'Downloads the content of the link'],
    [
      'get film.torrent --select 0,2-4 --limit-down 2MB --seed',
      'Downloads four of its files and then shares them',
    ],
  ],
  async run([link], options, context) {
    if (options.node !== undefined) {
      const { getViaNode, refuseWithNode } = await import('../client/via-node.ts')
      refuseWithNode(options, ['preallocate', 'keyFile', ...ALONE])
      return getViaNode(link!, options, context)
    }
    const { getLink } = await import('../alone/get-sealed.ts')
    return getLink(link!, { ...options, network: await sessionOptions(options) }, context)
  },
})
