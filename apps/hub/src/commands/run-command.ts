import { parseWords, UsageError } from '@shoal/options'
import { CAPABILITIES } from '../capabilities.ts'
import { dataFiles, defaultDataFolder, makeDataFolder } from '../kernel/data-folder.ts'
import { openData } from '../kernel/open-data.ts'
import { tablesFor } from '../kernel/tables.ts'
import { total, writeBackup } from './archive-file.ts'
import { move } from './move.ts'
import { BACKUP_OPTIONS, backupIn, MOVE_OPTIONS } from './options.ts'

export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signal: AbortSignal
  print(line: string): void
  /** Shows a line that is replaced by the next one. */
  progress(line: string): void
}

/** Runs the command. Rejects with UsageError, SetupError, or the reason of the signal. */
export type RunCommand = (args: readonly string[], io: CommandIo) => Promise<void>

/** Minimum time between two progress updates. */
const SHOWN_MS = 200

export const runMove: RunCommand = async (args, { env, cwd, signal, print, progress }) => {
  const { from, to, keyFile } = parseWords(args, MOVE_OPTIONS, [], cwd).options
  if (!from || !to) throw new UsageError('Give both places: shoal-hub move --from PLACE --to PLACE')
  const { rows, missingKeyFile } = await move({
    from,
    to,
    keyFile,
    data: defaultDataFolder(env),
    signal,
    progress: shown(progress, 'Moving'),
  })
  print(`${rows} rows were moved. The old place is as it was: delete it when the hub runs.`)
  if (to.kind === 'database')
    print(`Start the hub with --database, and with the same key file: --key-file ${missingKeyFile}`)
  else if (missingKeyFile !== null)
    print(`The hub also needs its key file: copy secrets.key of its old data folder to ${missingKeyFile}`)
}

export const runBackup: RunCommand = async (args, { env, cwd, signal, print, progress }) => {
  const given = parseWords(args, BACKUP_OPTIONS, [], cwd).options
  const { data = env.SHOAL_HUB_DATA || defaultDataFolder(env) } = given
  const database = given.database ?? (env.SHOAL_HUB_DATABASE || undefined)
  const { backups } = dataFiles(data)
  await using opened = await openData({ data, database }, tablesFor(CAPABILITIES))
  if (given.to === undefined) await makeDataFolder(backups)
  const path = given.to ?? backupIn(backups, new Date())
  const of = total(await opened.data.counts())
  const show = shown(progress, 'Writing')
  await writeBackup(opened.data, path, { signal, passed: rows => show(rows, of) })
  print(`${path} has everything except the key file: keep secrets.key apart from it.`)
}

function shown(progress: (line: string) => void, what: string) {
  let shownMs = Number.NEGATIVE_INFINITY
  return (rows: number, of: number | null) => {
    const nowMs = performance.now()
    if (nowMs - shownMs < SHOWN_MS) return
    shownMs = nowMs
    const share =
      of === null || of === 0 ? '' : ` of ${of} (${Math.floor((100 * Math.min(rows, of)) / of)} %)`
    progress(`${what} … ${rows}${share} rows`)
  }
}
