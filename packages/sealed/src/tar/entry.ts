import { SealedError } from '../sealed-error.ts'

/** A file or folder in a share. */
export interface Entry {
  /** Components; never empty, `.` or `..`. */
  readonly path: readonly string[]
  readonly folder: boolean
  /** 0 for folders. */
  readonly lengthBytes: number
}

/** The limit of most systems. */
const MAX_PATH_BYTES = 4096
const MAX_DEPTH = 128
/** Maximum number of entries of all kinds in an archive. */
export const MAX_ENTRIES = 250_000

/**
 * Splits a name in an archive into components; the result is empty for the target folder itself.
 * Throws `unsafe-path` for names that lead out of it or could on some system.
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
      `This share has a name that leads out of its folder (${JSON.stringify(name.slice(0, 80))}). It is not opened.`,
    )
  return parts
}

export function tooMany(): SealedError {
  return new SealedError('too-large', `The share has more than ${MAX_ENTRIES} files`)
}
