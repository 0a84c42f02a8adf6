import { SealedError } from '../sealed-error.ts'

/** A file or folder inside a share. */
export interface Entry {
  /** Components; never empty, `.` or `..`. */
  readonly path: readonly string[]
  readonly folder: boolean
  /** 0 for folders. */
  readonly lengthBytes: number
}

/** As most systems have it. */
const MAX_PATH_BYTES = 4096
const MAX_DEPTH = 128
/** Entries of all kinds in an archive. */
export const MAX_ENTRIES = 250_000

/**
 * The components of a name in an archive; empty for the folder that it is unpacked into. Throws `unsafe-path` for names that lead out of it, or
 * could on some system.
 */
export function splitPath(name: string): string[] {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  const unsafe =
    name.startsWith('/') ||
    name.length > MAX_PATH_BYTES ||
    parts.length > MAX_DEPTH ||
    parts.some(part => part === '..' || part.includes('\0'))
  if (unsafe)
    throw new SealedError(
      'unsafe-path',
      `this share has a name that leads out of its folder (${JSON.stringify(name.slice(0, 80))}): nothing of it is opened`,
    )
  return parts
}

export function tooMany(): SealedError {
  return new SealedError('too-large', `there are more than ${MAX_ENTRIES} files in this share`)
}
