import type { Job } from '@shoal/api'
import { formatBytes, formatPercent } from '../../base/text/format.ts'
import { absoluteLink } from '../client/absolute-link.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'

export const jobs = defineCommand({
  about: [
    'Jobs are work that takes long: making a torrent, downloading a file over HTTP or FTP, moving files. cancel ID … stops them, or forgets them when they have ended.',
  ],
  positionals: [
    { name: 'ACTION', help: 'list or cancel. Default: list', optional: true },
    { name: 'ID', help: 'the jobs', optional: true, many: true },
  ],
  options: NODE_OPTIONS,
  examples: [['jobs', 'Lists what the node works on']],
  async run(words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    const whole = (job: Job): Job => ({ ...job, link: absoluteLink(job.link, address.url) })
    return subcommand(words.length === 0 ? ['list'] : words, {
      async list(words) {
        takeWords(words)
        const { items } = await api.listJobs({})
        if (output.json) output.object({ items: items.map(whole) })
        else printTable(output, items, COLUMNS, 'There are no jobs')
      },
      async cancel(words) {
        const items = []
        for (const id of takeWords(words, 'ID …')) items.push(whole(await api.cancelJob({ id })))
        if (output.json) return output.object({ items })
        for (const { name, state } of items) output.line(`${name}: ${state}`)
      },
    })
  },
})

const COLUMNS: Column<Job>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'Kind', text: ({ kind }) => kind, rank: 2 },
  { title: 'Name', text: ({ name }) => name, least: 10 },
  {
    title: 'Done',
    text: ({ doneBytes, totalBytes, state }) =>
      totalBytes
        ? formatPercent(doneBytes / totalBytes)
        : state === 'done'
          ? formatPercent(1)
          : formatBytes(doneBytes),
    align: 'right',
  },
  { title: 'State', text: ({ state, error }) => (error ? `${state}: ${error.message}` : state), least: 8 },
  { title: 'Path', text: ({ path }) => path ?? '', least: 10, rank: 1 },
]
