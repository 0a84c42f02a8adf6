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
  },
  examples: [
    ['restore-catalogue', t.examples.newest],
    ['restore-catalogue --list', t.examples.list],
  ],
  async run([given], options, { output }) {
    const dataDir = resolve(options.dataDir ?? (process.env.SHOAL_DATA_DIR || defaultDataFolder()))
    const { listBackups, backupFolder } = await import('@shoal/daemon/database')
    if (options.list) {
      if (given !== undefined) throw new UsageError(t.listAlone)
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
    const { restoreCatalogue } = await import('../../node/kernel/database/restore.ts')
    const restored = await restoreCatalogue(dataDir, given, Date.now())
    if (output.json) return output.object(restored)
    output.line(t.restored({ backup: restored.backup, start: START }))
    if (restored.kept !== null) output.line(t.kept({ path: restored.kept }))
  },
})
