/**
 * Files in the browser's storage while they are sealed. Each holds a lock with its name: a file
 * without a lock was left by a tab that was closed.
 */
import { openFolder, removeStored } from '../../../shared/engine/stored-file.ts'

const FOLDER = 'shoal-sealing'
const lockOf = (name: string) => `${FOLDER}/${name}`

/** Runs `work` with the path of a temporary file, which is deleted afterwards. */
export function withPlace<T>(work: (path: string) => Promise<T>): Promise<T> {
  const name = crypto.randomUUID()
  const path = `${FOLDER}/${name}`
  const run = async () => {
    try {
      return await work(path)
    } finally {
      // If the file is still open at this moment, the next seal operation deletes it.
      await removeStored(path).catch(() => {})
    }
  }
  return navigator.locks.request(lockOf(name), run) as Promise<T>
}

/** Deletes the files of closed tabs. */
export async function tidyPlaces(): Promise<void> {
  if (!navigator.storage?.getDirectory || !navigator.locks) return
  const folder = await openFolder([FOLDER], false).catch(() => null)
  if (!folder) return
  const names: string[] = []
  for await (const name of folder.keys()) names.push(name)
  const { held = [] } = await navigator.locks.query()
  const locks = new Set(held.map(({ name }) => name))
  for (const name of names) if (!locks.has(lockOf(name))) await folder.removeEntry(name).catch(() => {})
}
