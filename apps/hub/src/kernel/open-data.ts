import type { HubStores, Presence, StoreError } from '@shoal/hub-stores'
import { NotYetError, SetupError } from '../failure.ts'
import { dataFiles, makeDataFolder } from './data-folder.ts'

/** Where a hub has its data. */
export interface StorePlace {
  /** The data folder. */
  readonly data: string
  /** The URL of PostgreSQL. Undefined: a file in the data folder. */
  readonly database?: string | undefined
}

export interface OpenStores extends AsyncDisposable {
  readonly stores: HubStores
  close(): Promise<void>
}

/** Opens the stores of a hub, and creates its data folder if it is missing. `alone`: while no hub uses them. Rejects with SetupError. */
export async function openStores(
  { data, database }: StorePlace,
  { alone = false } = {},
): Promise<OpenStores> {
  const files = dataFiles(data)
  await makeDataFolder(data)
  const { openEmbedded, openGrown, presentAtFile, presentAtServer } = await import('@shoal/hub-stores')
  let presence: Presence | undefined
  try {
    if (database !== undefined) await makeDataFolder(files.backups)
    presence =
      database === undefined
        ? await presentAtFile(files.database, { alone })
        : await presentAtServer(database, { alone })
    const stores =
      database === undefined
        ? await openEmbedded(files.database)
        : await openGrown({ url: database, backupFolder: files.backups })
    const close = async () => {
      await stores.close()
      await presence?.close()
    }
    return { stores, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await presence?.close()
    throw startError(error)
  }
}

/** Explains why stores do not open. */
export function startError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'StoreError') return error
  const { code, message } = error as StoreError
  const isPassing = code === 'unavailable' || code === 'busy'
  return new (isPassing ? NotYetError : SetupError)(message, { cause: error })
}
