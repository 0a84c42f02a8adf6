import { flag } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { count, formatDuration } from '../../base/text/format.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { namedTorrents, removedIds, TORRENTS } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { canAsk, confirm } from '../confirm.ts'
import { EXIT } from '../exit.ts'

export const remove = defineCommand({
  about: [
    `Their files stay where they are, unless --delete-data is given. For a while ${SHOAL} restore brings them back; files are deleted only after that.`,
    'It asks first. Where nobody can be asked, in a script, several torrents and files need --yes.',
  ],
  positionals: [TORRENTS],
  options: {
    deleteData: flag('Delete their files too'),
    yes: flag('Do not ask', { short: 'y' }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['remove film', 'Takes this torrent from the list; its files stay'],
    ['remove all --delete-data --yes', 'Removes everything, and deletes the files'],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const torrents = await namedTorrents(api, words)
    const ids = torrents.map(({ id }) => id)
    if (ids.length === 0) return output.json ? output.object({ ids }) : output.line('There are no torrents')
    const what = torrents.length === 1 ? `"${torrents[0]!.name}"` : count(torrents.length, 'torrent')
    // A script may take away a single one that keeps its files: that is easily brought back.
    const isGrave = options.deleteData || torrents.length > 1
    if (!options.yes && (isGrave || canAsk())) {
      const question = `Remove ${what}${options.deleteData ? ' and delete the files' : ''}?`
      if (!(await confirm(question, 'nobody can be asked here: give --yes', interrupt.signal))) {
        output.line('Nothing was removed')
        return EXIT.failed
      }
    }
    const acted = await api.actOnTorrents({ ids, action: options.deleteData ? 'remove-with-data' : 'remove' })
    if (output.json) return output.object(acted)
    output.line(`Removed ${what}`)
    if (acted.undoSeconds) {
      output.line(`For ${formatDuration(acted.undoSeconds)} this brings back what was removed:`)
      output.line(`  ${SHOAL} restore ${ids.length > 5 ? 'ID …' : ids.join(' ')}`)
    }
  },
})

export const restore = defineCommand({
  about: [`Only for a short time after ${SHOAL} remove, which says for how long.`],
  positionals: [TORRENTS],
  options: NODE_OPTIONS,
  examples: [
    ['restore film', 'Brings this torrent back'],
    ['restore all', 'Brings back all that still can be'],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const ids = await removedIds(api, words)
    const acted = ids.length > 0 ? await api.actOnTorrents({ ids, action: 'restore' }) : { ids }
    if (output.json) return output.object(acted)
    if (ids.length === 0) return output.line('There is nothing that can be brought back')
    output.line(`Brought back ${count(acted.ids.length, 'torrent')}`)
  },
})
