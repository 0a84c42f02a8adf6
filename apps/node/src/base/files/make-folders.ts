import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'

/**
 * Creates a folder and its missing parents. Rejects with the system's error, or with a Failure if a file is in the way.
 *
 * `mkdir` with `recursive` will not do: where a file system answers ENOENT to every new name, as /proc does, it retries forever, in a
 * thread that no signal stops.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path)
    return
  } catch (error) {
    if (await isFolder(path)) return
    if (codeOf(error) === 'EEXIST')
      throw new Failure('bad-argument', `${path} is not a folder: choose another`, { cause: error })
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
  }
  await makeFolders(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    // Made by another process meanwhile.
    if (await isFolder(path)) return
    if (codeOf(error) !== 'ENOENT') throw error
    throw new Failure('no-permission', `no folder can be made in ${dirname(path)}: choose another`, {
      cause: error,
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isDirectory(),
    () => false,
  )
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
