import { lstat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeNewFile, writeWholeFile } from '@shoal/daemon/files'
import { CommandFailure } from './failure.ts'
import { texts } from './texts.ts'

interface NamedFile {
  /** Whether an existing file is replaced. */
  readonly replace: boolean
  readonly mode?: number
}

/** Rejects with `exists` before doing work for a file that must not be written. */
export async function refuseExisting(path: string, { replace }: NamedFile): Promise<void> {
  const exists = lstat(resolve(path)).then(
    () => true,
    () => false,
  )
  if (!replace && (await exists)) throw existing(path)
}

/**
 * Writes a file that the user has named. A file with different content is only replaced on request.
 * Rejects with `exists`, and like `writeWholeFile`.
 */
export async function writeNamedFile(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  { replace, mode = 0o666 }: NamedFile,
): Promise<void> {
  if (replace) return writeWholeFile(resolve(path), content, { mode })
  await writeNewFile(resolve(path), content, { mode }).catch((error: { code?: unknown }) => {
    throw error.code === 'exists' ? existing(path) : error
  })
}

function existing(path: string): CommandFailure {
  return new CommandFailure('exists', texts.fileErrors.exists({ path }))
}
