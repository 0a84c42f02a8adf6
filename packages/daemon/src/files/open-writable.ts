import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { makeFolders } from '@shoal/torrent/make-folders'
import { fileFailure } from '../failure.ts'

/**
 * Creates a folder if it is missing, and checks that files can be created in it. Rejects with a
 * Failure or ShoalError.
 */
export async function openWritable(path: string): Promise<void> {
  try {
    await makeFolders(path, 0o700)
    await access(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw fileFailure(error, path)
  }
}
