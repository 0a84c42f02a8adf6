import { flag } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { namedTorrents, removedIds, TORRENTS } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { canAsk, confirm } from '../confirm.ts'
import { EXIT } from '../exit.ts'
import { formatDuration } from '../format.ts'
import { texts } from '../texts.ts'

export const remove = defineCommand({
  about: texts.remove.about({ shoal: SHOAL }),
  positionals: [TORRENTS],
  options: {
    deleteData: flag(texts.remove.options.deleteData),
    yes: flag(texts.remove.options.yes, { short: 'y' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['remove film', texts.remove.examples.one],
    ['remove all --delete-data --yes', texts.remove.examples.all],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const torrents = await namedTorrents(api, words)
    const ids = torrents.map(({ id }) => id)
    if (ids.length === 0) return output.json ? output.object({ ids }) : output.line(texts.remove.none)
    const what =
      torrents.length === 1 ? `"${torrents[0]!.name}"` : texts.format.torrents({ count: torrents.length })
    // A script can remove a single torrent that keeps its files without confirmation, because that
    // is easily undone.
    const isGrave = options.deleteData || torrents.length > 1
    if (!options.yes && (isGrave || canAsk())) {
      const question = options.deleteData ? texts.remove.questionData : texts.remove.question
      if (!(await confirm(question({ what }), texts.remove.needsYes, interrupt.signal))) {
        output.line(texts.remove.declined)
        return EXIT.failed
      }
    }
    const acted = await api.actOnTorrents({ ids, action: options.deleteData ? 'remove-with-data' : 'remove' })
    if (output.json) return output.object(acted)
    output.line(texts.remove.done({ what }))
    if (acted.undoSeconds) {
      output.line(texts.remove.undo({ time: formatDuration(acted.undoSeconds) }))
      output.line(`  ${SHOAL} restore ${ids.length > 5 ? 'ID …' : ids.join(' ')}`)
    }
  },
})

export const restore = defineCommand({
  about: texts.restore.about({ shoal: SHOAL }),
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [
    ['restore film', texts.restore.examples.one],
    ['restore all', texts.restore.examples.all],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const ids = await removedIds(api, words)
    const acted = ids.length > 0 ? await api.actOnTorrents({ ids, action: 'restore' }) : { ids }
    if (output.json) return output.object(acted)
    if (ids.length === 0) return output.line(texts.restore.none)
    output.line(texts.restore.done({ count: acted.ids.length }))
  },
})
