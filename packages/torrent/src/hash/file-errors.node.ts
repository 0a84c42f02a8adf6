import { constants } from 'node:fs'
import { ShoalError } from '../base/errors.ts'

/**
 * O_NONBLOCK, because opening a FIFO in place of a file would block until someone writes to it.
 * Windows lacks the flag.
 */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Whether the code of a failed `open` means that the file does not exist. */
export function isMissing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Converts a failed open or read of `path` to an error for the user. */
export function readError(code: string, path: string, message: string): ShoalError {
  if (code === 'EACCES' || code === 'EPERM')
    return new ShoalError(
      'no-permission',
      `No permission to read ${path}. Change its permissions, then try again.`,
    )
  if (code === 'EISDIR')
    return new ShoalError('io', `${path} is a folder, but a file was expected. Move it away, then try again.`)
  return new ShoalError('io', `Cannot read ${path} (${message}). Check its disk, then try again.`)
}
