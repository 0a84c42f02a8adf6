import type { HubData, HubTables, Presence, StoreError } from '@shoal/hub-stores'
import { NotYetError, SetupError } from '../failure.ts'
import { dataFiles, makeDataFolder } from './data-folder.ts'

/** Location of a hub's data. */
export interface StorePlace {
  /** The data folder. */
  readonly data: string
  /** PostgreSQL URL. Undefined: a file in the data folder. */
  readonly database?: string | undefined
}

export interface OpenData extends AsyncDisposable {
  readonly data: HubData
  close(): Promise<void>
}

/**
 * Opens the data of a hub with the tables of its capabilities; creates a missing data folder.
 * `alone`: requires that no hub uses it. Rejects with SetupError.
 */
export async function openData(
  { data: folder, database }: StorePlace,
  tables: readonly HubTables[],
  { alone = false } = {},
): Promise<OpenData> {
  const files = dataFiles(folder)
  await makeDataFolder(folder)
  const { openEmbedded, openGrown, presentAtFile, presentAtServer } = await import('@shoal/hub-stores')
  let presence: Presence | undefined
  try {
    if (database !== undefined) await makeDataFolder(files.backups)
    presence =
      database === undefined
        ? await presentAtFile(files.database, { alone })
        : await presentAtServer(database, { alone })
    const data =
      database === undefined
        ? await openEmbedded(files.database, tables)
        : await openGrown({ url: database, backupFolder: files.backups }, tables)
    const close = async () => {
      await data.close()
      await presence?.close()
    }
    return { data, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await presence?.close()
    throw startError(error)
  }
}

/** Returns a readable error for data that cannot be opened. */
export function startError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'StoreError') return error
  const { code, message } = error as StoreError
  const isPassing = code === 'unavailable' || code === 'busy'
  return new (isPassing ? NotYetError : SetupError)(message, { cause: error })
}
