import { type ErrorCode, messageOf, ShoalError } from '../base/errors.ts'

/** Engine error codes and messages for the file system's error codes. */
const MEANINGS: Record<string, [ErrorCode, (path: string) => string]> = {
  ENOSPC: ['no-space', path => `No space left on ${path}. Free some space to resume the download.`],
  EDQUOT: [
    'no-space',
    path => `The disk quota for ${path} is used up. Free some space to resume the download.`,
  ],
  EACCES: [
    'no-permission',
    path => `No permission for ${path}. Change its permissions or choose another folder.`,
  ],
  EPERM: [
    'no-permission',
    path => `No permission for ${path}. Change its permissions or choose another folder.`,
  ],
  EROFS: ['no-permission', path => `${path} is on a read-only file system. Choose another folder.`],
  ENOENT: ['not-found', path => `${path} does not exist. Check the data again to download what is missing.`],
  ELOOP: ['unsafe-path', path => `${path} is a symbolic link. Replace it with the file itself.`],
  // FreeBSD's code where other systems return ELOOP.
  EMLINK: ['unsafe-path', path => `${path} is a symbolic link. Replace it with the file itself.`],
  ENOTDIR: ['unsafe-path', path => `A parent of ${path} is not a folder. Move it away.`],
  EISDIR: ['unsafe-path', path => `${path} is a folder in place of a file. Move it away.`],
  ENAMETOOLONG: [
    'unsafe-path',
    path => `${path} is too long for the file system. Choose a folder with a shorter path.`,
  ],
  EINVAL: [
    'unsafe-path',
    path => `The file system cannot store ${path}. Rename the file or choose another folder.`,
  ],
  EMFILE: ['io', () => 'Too many open files. Raise the limit of the process (ulimit -n).'],
  ENFILE: ['io', () => 'Too many open files in the system. Close some programs.'],
  EFBIG: ['io', path => `The file system cannot store a file as large as ${path}. Choose another folder.`],
}

/**
 * Converts the error of a file system call on `path` to a ShoalError. Returns ShoalErrors
 * unchanged.
 */
export function ioError(error: unknown, path: string): ShoalError {
  if (error instanceof ShoalError) return error
  const code = errnoOf(error)
  const [meaning, message] = MEANINGS[code] ?? [
    'io',
    () => `Cannot use ${path}: ${messageOf(error)}. Check the disk.`,
  ]
  return new ShoalError(meaning, message(path), { cause: error })
}

/** For `catch`: returns null if a file does not exist, and throws every other error. */
export function ignoreMissing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return null
  throw error
}

/** The system's error code, such as `ENOENT`; empty if it is not a system error. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
