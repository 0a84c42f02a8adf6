import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const restart = defineCommand({
  about: texts.restart.about,
  positionals: [],
  options: NODE_OPTIONS,
  examples: [['restart', texts.restart.example]],
  async run(_words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    await api.restartNode({})
    // The next request waits until the node runs again.
    await api.getNode({})
    if (output.json) output.object({ restarted: address.url })
    else output.line(texts.restart.restarted({ url: address.url }))
  },
})
