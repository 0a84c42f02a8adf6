/** `shoal-hub move`: copies all of a hub's data to another place. The source is not changed. */
import { constants } from 'node:fs'
import { access, copyFile } from 'node:fs/promises'
import type { StoreError } from '@shoal/hub-stores'
import { CAPABILITIES } from '../capabilities.ts'
import { SetupError } from '../failure.ts'
import { dataFiles } from '../kernel/data-folder.ts'
import { keyFileIn } from '../kernel/hub-key.ts'
import { type OpenData, openData, startError } from '../kernel/open-data.ts'
import { tablesFor } from '../kernel/tables.ts'
import { countingRows, readBackup, total } from './archive-file.ts'
import type { DataPlace } from './options.ts'

export interface MoveOptions {
  readonly from: DataPlace
  readonly to: DataPlace
  readonly keyFile?: string | undefined
  /**
   * Default data folder of hubs: it receives the backups made before schema changes in PostgreSQL.
   */
  readonly data: string
  readonly signal: AbortSignal
  /** `of`: null if the number of rows is unknown. */
  readonly progress: (rows: number, of: number | null) => void
}

export interface Moved {
  readonly rows: number
  /** The key file that the hub needs in its new place, or null if it is already there. */
  readonly missingKeyFile: string | null
}

/**
 * Rejects with SetupError, without any changes, if a hub is using one of the places or the target
 * has data. An abort or an error leaves the target empty.
 */
export async function move(options: MoveOptions): Promise<Moved> {
  const { from, to } = options
  if (to.kind === 'archive')
    throw new SetupError('shoal-hub backup writes backups: give a folder or a database')
  if (samePlace(from, to)) throw new SetupError('Both places are the same')
  // Otherwise a missing folder would be created, and found empty.
  if (from.kind !== 'database')
    await mustExist(from.kind === 'folder' ? dataFiles(from.path).database : from.path)
  await using source = from.kind === 'archive' ? null : await open(from, options.data)
  await using target = await open(to, options.data)
  const rows = await copy(source, target, options)
  return { rows, missingKeyFile: await bringKeyFile(options) }
}

async function copy(
  source: OpenData | null,
  { data }: OpenData,
  { from, signal, progress }: MoveOptions,
): Promise<number> {
  const of = source && total(await source.data.counts())
  const archive = source ? source.data.exportArchive() : readBackup((from as { path: string }).path)
  try {
    return total(await data.importArchive(countingRows(archive, rows => progress(rows, of), signal)))
  } catch (error) {
    if ((error as StoreError).code !== 'exists') await data.discardImport()
    throw startError(error)
  }
}

function open(place: Exclude<DataPlace, { kind: 'archive' }> | DataPlace, data: string): Promise<OpenData> {
  const tables = tablesFor(CAPABILITIES)
  return place.kind === 'database'
    ? openData({ data, database: place.url }, tables, { alone: true })
    : openData({ data: place.path }, tables, { alone: true })
}

function samePlace(one: DataPlace, other: DataPlace): boolean {
  return one.kind === 'database' || other.kind === 'database'
    ? one.kind === other.kind && (one as { url: string }).url === (other as { url: string }).url
    : one.path === other.path
}

async function bringKeyFile({ from, to, keyFile }: MoveOptions): Promise<string | null> {
  const old = keyFile ?? (from.kind === 'folder' ? keyFileIn(from.path) : undefined)
  if (to.kind === 'folder') {
    const wanted = keyFileIn(to.path)
    if (old !== undefined)
      await copyFile(old, wanted, constants.COPYFILE_EXCL).catch(error => {
        if (!['EEXIST', 'ENOENT'].includes(error.code)) throw new SetupError(`${wanted}: ${error.message}`)
      })
    return (await exists(wanted)) ? null : wanted
  }
  return old ?? 'secrets.key'
}

async function mustExist(path: string): Promise<void> {
  if (!(await exists(path))) throw new SetupError(`There is no hub: ${path} does not exist`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
