import { InputError } from '@shoal/torrent/errors'
/** The work could not be done. The code is one of the engine's; the message says what to do. */
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

/** Turns an error that `node:fs` threw for `path` into one that users understand. Returns other errors unchanged. */
export function fileFailure(error: unknown, path: string): Error {
  const known = SYSTEM_CODES[(error as NodeJS.ErrnoException)?.code ?? '']
  if (known) return new Failure(known[0], `${path}: ${known[1]}`, { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}

/** Code and message of anything thrown, as `--json` shows it. */
export function describeFailure(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' && message !== '' ? message : String(error)
  // Codes of Node and the system are capitals: a bug of ours or a fault that nobody foresaw.
  const known = typeof code === 'string' && /^[a-z-]+$/.test(code)
  return { code: known ? code : 'failed', message: text.replace(/\s*\n\s*/g, ' ') }
}
