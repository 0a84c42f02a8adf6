import type { Job } from '@shoal/api'
import { absoluteLink } from '../client/absolute-link.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { nodeMessage } from '../failure.ts'
import { formatBytes, formatPercent } from '../format.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

export const jobs = defineCommand({
  about: texts.jobs.about,
  positionals: [
    { name: 'ACTION', help: texts.jobs.action, choices: ['list', 'cancel'], optional: true },
    { name: 'ID', help: texts.jobs.id, optional: true, many: true },
  ],
  options: NODE_OPTIONS,
  examples: [['jobs', texts.jobs.example]],
  async run(words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const whole = (job: Job): Job => ({ ...job, link: absoluteLink(job.link, address.url) })
    return subcommand(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items } = await api.listJobs({})
        if (output.json) output.object({ items: items.map(whole) })
        else printTable(output, items, COLUMNS, texts.jobs.none)
      },
      async cancel(words) {
        const items = []
        for (const id of takeWords(words, 'ID …')) items.push(whole(await api.cancelJob({ id })))
        if (output.json) return output.object({ items })
        for (const { name, state } of items)
          output.line(texts.jobs.line({ name, state: texts.jobs.states[state] }))
      },
    })
  },
})

function stateText({ state, error }: Job): string {
  const text = texts.jobs.states[state]
  return error ? texts.jobs.error({ state: text, reason: nodeMessage(error.message) }) : text
}

const COLUMNS: Column<Job>[] = [
  { title: texts.jobs.columns.id, text: ({ id }) => id },
  { title: texts.jobs.columns.kind, text: ({ kind }) => texts.jobs.kinds[kind], rank: 2 },
  { title: texts.jobs.columns.name, text: ({ name }) => name, least: 10 },
  {
    title: texts.jobs.columns.done,
    text: ({ doneBytes, totalBytes, state }) =>
      totalBytes
        ? formatPercent(doneBytes / totalBytes)
        : state === 'done'
          ? formatPercent(1)
          : formatBytes(doneBytes),
    align: 'right',
  },
  { title: texts.jobs.columns.state, text: stateText, least: 8 },
  { title: texts.jobs.columns.path, text: ({ path }) => path ?? '', least: 10, rank: 1 },
]
