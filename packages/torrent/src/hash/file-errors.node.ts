import { constants } from 'node:fs'
import { ShoalError } from '../base/errors.ts'

/** A FIFO in place of a file would otherwise stop the reader until someone writes to it. Windows has no such flag. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Whether the code of a failed `open` means that there is no such file. */
export function isMissing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What a failed open or read of `path` means for the user. */
export function readError(code: string, path: string, message: string): ShoalError {
  if (code === 'EACCES' || code === 'EPERM')
    return new ShoalError('no-permission', `${path} may not be read: change its permissions, then try again`)
  if (code === 'EISDIR')
    return new ShoalError('io', `${path} is a folder where a file should be: move it away, then try again`)
  return new ShoalError('io', `${path} cannot be read (${message}): check its disk, then try again`)
}
