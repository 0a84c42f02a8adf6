import { flag, list, oneOf, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { parseRatio, parseSeedingTime, RATE_HELP } from '../../base/limits.ts'
import { parseIndexes } from '../../base/text/ranges.ts'
import { parseRate } from '../../base/text/size.ts'
import { addSources } from '../client/add.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { parseNewPriority } from '../client/priority.ts'
import { waitFor } from '../client/wait.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'

export const add = defineCommand({
  about: [
    'Gives the running node something to download: magnet links, share links (in quotes), info hashes, content IDs, .torrent files and URLs, and files over HTTP(S) or FTP. A file or folder of this machine that is not a .torrent is shared.',
    'Nothing is added twice. A sealed share is opened when it is complete.',
  ],
  positionals: [{ name: 'LINK', help: 'links, .torrent files, or files and folders to share', many: true }],
  options: {
    out: value('DIR', { short: 'o', help: 'Folder to download into, on the node’s machine' }),
    label: value('LABEL', { help: 'Give it this label' }),
    tag: list('TAG', { help: 'Give it this tag' }),
    paused: flag('Do not start it yet'),
    select: value('NUMBERS', { help: 'Only these files: 0,2-4', parse: parseIndexes }),
    priority: list('NUMBERS=LEVEL', {
      help: 'Priorities of files: 0,2-4=high, 7=low',
      parse: parseNewPriority,
    }),
    sequential: flag('Download in order, to watch or listen at once'),
    trusted: flag('Believe that what is in the folder is complete and right'),
    peer: list('HOST:PORT', { help: 'Connect to this peer at once' }),
    tracker: list('URL', { help: 'Announce here too' }),
    webSeed: list('URL', { help: 'Download from here too: http(s)://' }),
    limitDown: value('RATE', { help: `Download at most this much a second: ${RATE_HELP}`, parse: parseRate }),
    limitUp: value('RATE', { help: 'Upload at most this much a second', parse: parseRate }),
    ratio: value('RATIO', { help: 'End sharing at this ratio: 2, 1.5, never', parse: parseRatio }),
    seedingTime: value('TIME', { help: 'End sharing after this: 30m, 12h, never', parse: parseSeedingTime }),
    queue: value('PLACE', { help: 'Where in the queue: first or last', parse: oneOf('first', 'last') }),
    passphraseFile: value('FILE', {
      help: 'The passphrase of a sealed share: the first line of this file, - for standard input. Default: it is asked for',
    }),
    wait: flag('Show progress, and end when all is there', { short: 'w' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['add "magnet:?xt=urn:btih:…"', 'Lets the node download the content of the link'],
    ['add *.torrent --label films --paused', 'Adds all of them, without starting them'],
    ['add Photos', 'Shares the folder Photos'],
  ],
  async run(words, options, { output, interrupt }) {
    if (options.wait && options.paused)
      throw new UsageError('what is paused is never complete: give either --wait or --paused')
    const node = await openNode(options, interrupt.signal)
    const added = await addSources(node, words, options, output, {
      asEvents: options.wait,
      signal: interrupt.signal,
    })
    if (options.wait) await waitFor(node, added, { output, signal: interrupt.signal })
    return added.failed > 0 ? EXIT.failed : 0
  },
})
