import { InputError } from '@shoal/torrent/errors'
/** An operation failed. The code is one of the engine's; the message describes the remedy. */
export class Failure<Code extends string = string> extends InputError<Code> {
  override name = 'Failure'
}

const SYSTEM_CODES: Record<string, readonly [code: string, what: string]> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-found', 'part of the path is a file, not a folder'],
  EISDIR: ['bad-argument', 'this is a folder: choose a file'],
  EACCES: ['no-permission', 'permission denied: change its permissions or choose another place'],
  EPERM: ['no-permission', 'permission denied: change its permissions or choose another place'],
  EROFS: ['no-permission', 'the file system is read-only: choose another place'],
  ENOSPC: ['no-space', 'the disk is full: free some space and try again'],
  EDQUOT: ['no-space', 'your disk quota is exceeded: free some space and try again'],
  ENAMETOOLONG: ['bad-argument', 'the name is too long for the file system: choose a shorter one'],
}

/**
 * Converts an error of `node:fs` for `path` into a user-readable one. Returns other errors
 * unchanged.
 */
export function fileFailure(error: unknown, path: string): Error {
  const known = SYSTEM_CODES[(error as NodeJS.ErrnoException)?.code ?? '']
  if (known) return new Failure(known[0], `${path}: ${known[1]}`, { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}

/** Returns code and message of anything thrown, as shown by `--json`. */
export function describeFailure(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' && message !== '' ? message : String(error)
  // Codes of Node and the system are upper case: a bug or an unexpected fault.
  const known = typeof code === 'string' && /^[a-z-]+$/.test(code)
  return { code: known ? code : 'failed', message: text.replace(/\s*\n\s*/g, ' ') }
}
