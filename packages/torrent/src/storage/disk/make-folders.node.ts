import fs from 'node:fs'
import { dirname } from 'node:path'
import { ShoalError } from '../../base/errors.ts'
import { errnoOf } from '../io-errors.ts'

/**
 * Creates a folder and its missing parents. Resolves to the topmost created folder, or undefined if
 * all existed. Rejects with the system's error, or a ShoalError if no folder can be created there.
 *
 * Does not use `mkdir` with `recursive`: on a file system that answers ENOENT to every new name,
 * such as /proc, that retries endlessly in a thread that cannot be stopped.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    await fs.promises.mkdir(path, mode)
    return path
  } catch (error) {
    if (await isFolder(path)) return undefined
    if (errnoOf(error) === 'EEXIST')
      throw new ShoalError('unsafe-path', `${path} is not a folder. Move it away or choose another folder.`)
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error
  }
  const first = await makeFolders(dirname(path), mode)
  try {
    await fs.promises.mkdir(path, mode)
  } catch (error) {
    // Created by a concurrent call.
    if (await isFolder(path)) return first
    if (errnoOf(error) !== 'ENOENT') throw error
    const message = `Cannot create a folder in ${dirname(path)}. Choose another one.`
    throw new ShoalError('no-permission', message, { cause: error })
  }
  return first ?? path
}

async function isFolder(path: string): Promise<boolean> {
  return fs.promises.stat(path).then(
    stat => stat.isDirectory(),
    () => false,
  )
}
