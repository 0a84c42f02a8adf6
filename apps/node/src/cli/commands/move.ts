import { resolve } from 'node:path'
import { flag, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENTS, torrentIds } from '../client/torrent-names.ts'
import { waitFor } from '../client/wait.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const move = defineCommand({
  about: texts.move.about({ shoal: SHOAL }),
  positionals: [TORRENTS],
  options: {
    to: value('DIR', { help: texts.move.options.to }),
    wait: flag(texts.move.options.wait),
    ...NODE_OPTIONS,
  },
  examples: [['move film --to ~/Films', texts.move.example]],
  async run(words, options, { output, interrupt }) {
    const directory = options.to
    if (!directory) throw new UsageError(texts.move.toMissing)
    const node = await openNode(options, interrupt.signal)
    const ids = await torrentIds(node.api, words)
    // On this machine, paths are relative to the current folder.
    const target = node.address.dataDir === null ? directory : resolve(directory)
    const jobs = []
    for (const id of ids) jobs.push(await node.api.moveTorrent({ id, directory: target }))
    if (!options.wait) {
      if (output.json) return output.object({ items: jobs })
      for (const job of jobs) output.line(texts.move.moving({ name: job.name, target, id: job.id }))
      return
    }
    await waitFor(
      node,
      { torrents: [], jobs: jobs.map(({ id }) => id) },
      { output, signal: interrupt.signal },
    )
  },
})
