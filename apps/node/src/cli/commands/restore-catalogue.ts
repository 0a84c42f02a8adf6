import { resolve } from 'node:path'
import { flag, UsageError, value } from '@shoal/options'
import { cataloguePath, defaultDataFolder } from '../../base/files/places.ts'
import { START } from '../../base/program.ts'
import { defineCommand } from '../command.ts'
import { formatBytes, formatTime } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import { texts } from '../texts.ts'

const t = texts['restore-catalogue']

export const restoreCatalogue = defineCommand({
  about: t.about,
  positionals: [{ name: 'BACKUP', help: t.backup, optional: true }],
  options: {
    dataDir: value('DIR', { help: t.options.dataDir }),
    list: flag(t.options.list),
    empty: flag(t.options.empty),
  },
  examples: [
    ['restore-catalogue', t.examples.newest],
    ['restore-catalogue --list', t.examples.list],
    ['restore-catalogue --empty', t.examples.empty],
  ],
  async run([given], options, { output }) {
    const dataDir = resolve(options.dataDir ?? (process.env.SHOAL_DATA_DIR || defaultDataFolder()))
    const { listBackups, backupFolder } = await import('@shoal/daemon/database')
    if ([options.list, options.empty, given !== undefined].filter(Boolean).length > 1)
      throw new UsageError(t.listAlone)
    if (options.list) {
      const items = listBackups(cataloguePath(dataDir))
      if (output.json) return output.object({ items })
      return printTable(
        output,
        items,
        [
          { title: t.columns.name, text: ({ name }) => name },
          { title: t.columns.time, text: ({ takenMs }) => formatTime(takenMs) },
          { title: t.columns.size, text: ({ lengthBytes }) => formatBytes(lengthBytes), align: 'right' },
        ],
        t.none({ folder: backupFolder(dataDir) }),
      )
    }
    const { beginAnew, restoreCatalogue } = await import('../../node/kernel/database/restore.ts')
    const { tableOwners } = await import('../../node/table-owners.ts')
    const restored = options.empty
      ? await beginAnew(dataDir, Date.now(), tableOwners())
      : await restoreCatalogue(dataDir, given, Date.now(), tableOwners())
    if (output.json) return output.object(restored)
    const { backup } = restored
    output.line(backup === null ? t.begun({ start: START }) : t.restored({ backup, start: START }))
    if (restored.kept !== null) output.line(t.kept({ path: restored.kept }))
  },
})
