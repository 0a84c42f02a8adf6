/** Commands that act on torrents without further options. */
import type { ACTIONS } from '@shoal/api'
import { flag, UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS, type NodeOptions } from '../client/node-options.ts'
import { TORRENTS, torrentIds } from '../client/torrent-names.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

type Action = (typeof ACTIONS)[number]

/** Performs the action and reports the number of torrents. */
async function act(
  words: readonly string[],
  action: Action,
  done: (values: { count: number }) => string,
  options: NodeOptions,
  { output, interrupt }: CommandContext,
): Promise<void> {
  const { api } = await openNode(options, interrupt.signal)
  const ids = words.includes('all') ? ('all' as const) : await torrentIds(api, words)
  const acted = await api.actOnTorrents({ ids, action })
  if (output.json) return output.object(acted)
  output.line(done({ count: acted.ids.length }))
  const seconds = acted.announceInSeconds
  if (seconds !== undefined) output.line(texts.reannounce.later({ count: seconds }))
}

export const pause = defineCommand({
  about: texts.pause.about({ shoal: SHOAL }),
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [
    ['pause film 3f2a91', texts.pause.examples.some],
    ['pause all', texts.pause.examples.all],
  ],
  run: (words, options, context) => act(words, 'pause', texts.pause.done, options, context),
})

export const resume = defineCommand({
  about: texts.resume.about,
  positionals: [TORRENTS],
  options: { now: flag('Past the queue, however many are active'), ...NODE_OPTIONS },
  examples: [['resume all', texts.resume.example]],
  run: (words, options, context) =>
    act(words, options.now ? 'start' : 'resume', texts.resume.done, options, context),
})

export const recheck = defineCommand({
  about: texts.recheck.about,
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [['recheck film', texts.recheck.example]],
  run: (words, options, context) => act(words, 'recheck', texts.recheck.done, options, context),
})

export const reannounce = defineCommand({
  about: texts.reannounce.about,
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [['reannounce film', texts.reannounce.example]],
  run: (words, options, context) => act(words, 'reannounce', texts.reannounce.done, options, context),
})

const PLACES = ['first', 'up', 'down', 'last'] as const

export const queue = defineCommand({
  about: texts.queue.about,
  positionals: [{ name: 'PLACE', help: texts.queue.place, choices: PLACES }, TORRENTS],
  options: NODE_OPTIONS,
  examples: [['queue first film', texts.queue.example]],
  run([place = '', ...words], options, context) {
    const known = PLACES.find(each => each === place)
    if (!known) throw new UsageError(texts.run.notOneOf({ name: place, names: PLACES.join(', ') }))
    return act(words, `queue-${known}`, texts.queue.done, options, context)
  },
})
