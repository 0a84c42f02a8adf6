import { type ErrorCode, messageOf, ShoalError } from '../base/errors.ts'

/** What the file system's error codes mean to the engine, and what a person can do about each. */
const MEANINGS: Record<string, [ErrorCode, (path: string) => string]> = {
  ENOSPC: ['no-space', path => `no space left on ${path}: freed space resumes the download`],
  EDQUOT: ['no-space', path => `the disk quota for ${path} is used up: freed space resumes the download`],
  EACCES: [
    'no-permission',
    path => `no permission for ${path}: change its permissions or choose another folder`,
  ],
  EPERM: [
    'no-permission',
    path => `no permission for ${path}: change its permissions or choose another folder`,
  ],
  EROFS: ['no-permission', path => `${path} is on a read-only file system: choose another folder`],
  ENOENT: ['not-found', path => `${path} does not exist: check the data again to download what is missing`],
  ELOOP: ['unsafe-path', path => `${path} is a symbolic link: replace it by the file itself`],
  // What FreeBSD says where others say ELOOP.
  EMLINK: ['unsafe-path', path => `${path} is a symbolic link: replace it by the file itself`],
  ENOTDIR: ['unsafe-path', path => `${path} lies below something that is not a folder: move that away`],
  EISDIR: ['unsafe-path', path => `${path} is a folder where a file belongs: move it away`],
  ENAMETOOLONG: [
    'unsafe-path',
    path => `${path} is too long for the file system: choose a folder nearer the root`,
  ],
  EINVAL: [
    'unsafe-path',
    path => `the file system cannot store ${path}: rename the file or choose another folder`,
  ],
  EMFILE: ['io', () => 'too many open files: raise the limit of the process (ulimit -n)'],
  ENFILE: ['io', () => 'too many open files in the whole system: close some programs'],
  EFBIG: ['io', path => `the file system cannot store a file as large as ${path}: choose another folder`],
}

/** The ShoalError for whatever a file system call on `path` failed with. ShoalErrors pass as they are. */
export function ioError(error: unknown, path: string): ShoalError {
  if (error instanceof ShoalError) return error
  const code = errnoOf(error)
  const [meaning, message] = MEANINGS[code] ?? [
    'io',
    () => `cannot use ${path}: ${messageOf(error)}: check the disk`,
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
