import { lstat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeNewFile, writeWholeFile } from '@shoal/daemon/files'
import { CommandFailure } from './failure.ts'
import { texts } from './texts.ts'

interface NamedFile {
  /** Whether a file that exists is replaced. */
  readonly replace: boolean
  readonly mode?: number
}

/** Rejects with `exists` before work that would end with a file that may not be written. */
export async function refuseExisting(path: string, { replace }: NamedFile): Promise<void> {
  const exists = lstat(resolve(path)).then(
    () => true,
    () => false,
  )
  if (!replace && (await exists)) throw existing(path)
}

/**
 * Writes a file that the user has named. One with other bytes is replaced only if asked. Rejects with `exists`, and as `writeWholeFile` does.
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
