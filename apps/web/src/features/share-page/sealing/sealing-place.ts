/** Where files lie while they are sealed. Each has a lock of its name for as long: what has none is left over from a tab that was closed. */
import { openFolder, removeStored } from '../../../shared/engine/stored-file.ts'

const FOLDER = 'shoal-sealing'
const lockOf = (name: string) => `${FOLDER}/${name}`

/** Runs `work` with the path of a file to be. Nothing is left there when it is over. */
export function withPlace<T>(work: (path: string) => Promise<T>): Promise<T> {
  const name = crypto.randomUUID()
  const path = `${FOLDER}/${name}`
  const run = async () => {
    try {
      return await work(path)
    } finally {
      // Where it is still open for a moment, the next who seals deletes it.
      await removeStored(path).catch(() => {})
    }
  }
  return navigator.locks.request(lockOf(name), run) as Promise<T>
}

/** Deletes what closed tabs have left. */
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
