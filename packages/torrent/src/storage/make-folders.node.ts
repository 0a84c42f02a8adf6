import fs from 'node:fs'
import { dirname } from 'node:path'
import { ShoalError } from '../base/errors.ts'
import { errnoOf } from './io-errors.ts'

/**
 * Makes a folder with those above it where they are missing. Resolves to the topmost that was made; undefined when all were there.
 * Rejects with the system's error, or a ShoalError where there can be no folder.
 *
 * Not `mkdir` with `recursive`: where a file system answers ENOENT to every new name, as /proc does, that tries again for ever, in a
 * thread that nothing can stop.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    await fs.promises.mkdir(path, mode)
    return path
  } catch (error) {
    if (await isFolder(path)) return undefined
    if (errnoOf(error) === 'EEXIST')
      throw new ShoalError('unsafe-path', `${path} is no folder: move it away or choose another folder`)
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error
  }
  const first = await makeFolders(dirname(path), mode)
  try {
    await fs.promises.mkdir(path, mode)
  } catch (error) {
    // Made by a call beside this one.
    if (await isFolder(path)) return first
    if (errnoOf(error) !== 'ENOENT') throw error
    const message = `no folder can be made in ${dirname(path)}: choose another`
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
