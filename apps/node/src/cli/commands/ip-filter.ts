import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { nodeMessage } from '../failure.ts'
import { formatNumber } from '../format.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printFacts } from '../terminal/print.ts'
import { texts } from '../texts.ts'

export const ipFilter = defineCommand({
  about: texts['ip-filter'].about,
  positionals: [
    { name: 'ACTION', help: texts['ip-filter'].action, choices: ['show', 'reload'], optional: true },
  ],
  options: NODE_OPTIONS,
  examples: [
    ['ip-filter', texts['ip-filter'].examples.show],
    ['ip-filter reload', texts['ip-filter'].examples.reload],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const status = await subcommand(words.length === 0 ? ['show'] : words, {
      show: words => takeWords(words) && api.getIpFilter({}),
      reload: words => takeWords(words) && api.reloadIpFilter({}),
    })
    if (output.json) return output.object(status)
    if (status.path === null) return output.line(texts['ip-filter'].none)
    const { rows } = texts['ip-filter']
    printFacts(output, [
      [rows.file, status.path],
      [rows.rules, formatNumber(status.rules, 0)],
      [rows.badLines, formatNumber(status.badLines, 0)],
      [rows.blocked, formatNumber(status.blockedPeers, 0)],
    ])
    for (const { line, text } of status.firstBadLines)
      output.line(texts['ip-filter'].badLine({ line: String(line), text }))
    if (status.error) output.line(texts['ip-filter'].error({ reason: nodeMessage(status.error) }))
  },
})
