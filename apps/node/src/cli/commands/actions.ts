/** Commands that act on torrents without further options. */
import type { ACTIONS } from '@shoal/api'
import { flag } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { count } from '../../base/text/format.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS, type NodeOptions } from '../client/node-options.ts'
import { TORRENTS, torrentIds } from '../client/torrent-names.ts'
import { type CommandContext, defineCommand } from '../command.ts'

type Action = (typeof ACTIONS)[number]

/** Performs the action and reports the number of torrents. */
async function act(
  words: readonly string[],
  action: Action,
  done: string,
  options: NodeOptions,
  { output, interrupt }: CommandContext,
): Promise<void> {
  const { api } = await openNode(options, interrupt.signal)
  const ids = words.includes('all') ? ('all' as const) : await torrentIds(api, words)
  const acted = await api.actOnTorrents({ ids, action })
  if (output.json) return output.object(acted)
  output.line(`${done} ${count(acted.ids.length, 'torrent')}`)
}

export const pause = defineCommand({
  about: [`They keep what they have, and connect to nobody until ${SHOAL} resume.`],
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [
    ['pause film 3f2a91', 'Pauses the torrent with "film" in its name and the one whose hash begins so'],
    ['pause all', 'Pauses all torrents'],
  ],
  run: (words, options, context) => act(words, 'pause', 'Paused', options, context),
})

export const resume = defineCommand({
  about: [],
  positionals: [TORRENTS],
  options: { now: flag('Past the queue, however many are active'), ...NODE_OPTIONS },
  examples: [['resume all', 'Resumes all paused torrents']],
  run: (words, options, context) => act(words, options.now ? 'start' : 'resume', 'Resumed', options, context),
})

export const recheck = defineCommand({
  about: ['Needed when files were changed by other means. What is wrong is downloaded again.'],
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [['recheck film', 'Reads the files of this torrent anew']],
  run: (words, options, context) => act(words, 'recheck', 'Rechecking', options, context),
})

export const reannounce = defineCommand({
  about: [],
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [['reannounce film', 'Asks the trackers of this torrent for peers now']],
  run: (words, options, context) => act(words, 'reannounce', 'Reannounced', options, context),
})

const PLACES = ['first', 'up', 'down', 'last'] as const

export const queue = defineCommand({
  about: ['Torrents wait when the settings allow only so many downloads at a time.'],
  positionals: [{ name: 'PLACE', help: 'first, up, down or last' }, TORRENTS],
  options: NODE_OPTIONS,
  examples: [['queue first film', 'Lets this torrent be the next']],
  run([place = '', ...words], options, context) {
    const known = PLACES.find(each => each === place)
    if (!known) throw new UsageError(`"${place}" is not one of ${PLACES.join(', ')}`)
    return act(words, `queue-${known}`, 'Moved', options, context)
  },
})
