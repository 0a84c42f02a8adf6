import { CONTENT_LAYOUTS } from '@shoal/api/choices'
import { flag, list, UsageError, value } from '@shoal/options'
import { addSources } from '../client/add.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { parseNewPriority } from '../client/priority.ts'
import { waitFor } from '../client/wait.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { texts } from '../texts.ts'
import { parseRatio, parseSeedingTime } from '../values/limits.ts'
import { parseIndexes } from '../values/ranges.ts'
import { parseRate } from '../values/size.ts'

export const add = defineCommand({
  about: texts.add.about,
  positionals: [{ name: 'LINK', help: texts.add.argument, many: true }],
  options: {
    out: value('DIR', { short: 'o', help: texts.add.options.out }),
    label: value('LABEL', { help: texts.add.options.label }),
    tag: list('TAG', { help: texts.add.options.tag }),
    paused: flag(texts.add.options.paused),
    select: value('NUMBERS', { help: texts.add.options.select, parse: parseIndexes }),
    priority: list('NUMBERS=LEVEL', {
      help: texts.add.options.priority,
      parse: parseNewPriority,
    }),
    sequential: flag(texts.add.options.sequential),
    superSeeding: flag(texts.add.options.superSeeding),
    firstLastFirst: flag(texts.add.options.firstLastFirst),
    layout: value('LAYOUT', { help: texts.add.options.layout, choices: CONTENT_LAYOUTS }),
    trusted: flag(texts.add.options.trusted),
    peer: list('HOST:PORT', { help: texts.add.options.peer }),
    tracker: list('URL', { help: texts.add.options.tracker }),
    webSeed: list('URL', { help: texts.add.options.webSeed }),
    limitDown: value('RATE', { help: texts.add.options.limitDown, parse: parseRate }),
    limitUp: value('RATE', { help: texts.add.options.limitUp, parse: parseRate }),
    ratio: value('RATIO', { help: texts.add.options.ratio, parse: parseRatio }),
    seedingTime: value('TIME', { help: texts.add.options.seedingTime, parse: parseSeedingTime }),
    queue: value('PLACE', { help: texts.add.options.queue, choices: ['first', 'last'] }),
    passphraseFile: value('FILE', {
      help: texts.add.options.passphraseFile,
    }),
    findable: flag(texts.add.options.findable),
    wait: flag(texts.add.options.wait, { short: 'w' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['add "magnet:?xt=urn:btih:…"', texts.add.examples.link],
    ['add *.torrent --label films --paused', texts.add.examples.files],
    ['add Photos', texts.add.examples.share],
  ],
  async run(words, options, { output, interrupt }) {
    if (options.wait && options.paused) throw new UsageError(texts.add.pausedWait)
    const node = await openNode(options, interrupt.signal)
    const added = await addSources(node, words, options, output, {
      asEvents: options.wait,
      signal: interrupt.signal,
    })
    const wait = { output, signal: interrupt.signal }
    if (options.wait) await waitFor(node, added, wait)
    // Sharing is useless without the link, which exists once everything is hashed. Programs request
    // it with --wait.
    else if (added.shared.length > 0 && !output.json)
      await waitFor(node, { torrents: [], jobs: added.shared }, wait)
    return added.failed > 0 ? EXIT.failed : 0
  },
})

/** Another name for `add`. */
export const download: typeof add = {
  ...add,
  about: texts.download.about,
  examples: [['download baf5rei…', texts.download.example]],
}
