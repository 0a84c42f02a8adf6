import { value } from '@shoal/options'
import { namedConversations } from '../chat/names.ts'
import { completionsOf } from '../client/completions.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allTorrents } from '../client/pages.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

/** Time limit, because the user is typing. */
const ANSWER_MS = 2000

/** For shell completion: prints nothing if no node responds. */
export const complete = defineCommand({
  about: texts.complete.about,
  positionals: [{ name: 'TEXT', help: texts.complete.typed, optional: true, mayBeEmpty: true }],
  options: {
    kind: value('KIND', { help: texts.complete.kind, choices: ['torrents', 'conversations'] }),
    ...NODE_OPTIONS,
  },
  examples: [['complete ph', texts.complete.example]],
  async run([typed = ''], options, { output, interrupt }) {
    const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(ANSWER_MS)])
    const read = async () => {
      const { api } = await openNode(options, signal)
      return options.kind === 'conversations' ? namedConversations(api) : allTorrents(api)
    }
    const items = await Promise.race([
      read().catch(() => []),
      new Promise<never[]>(resolve => signal.addEventListener('abort', () => resolve([]))),
    ])
    const words = completionsOf(typed, items)
    if (output.json) return output.object({ words })
    for (const word of words) output.line(word)
  },
})
