import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolders } from '@shoal/torrent/make-folders'
import { fileFailure } from '../failure.ts'

let written = 0

/** Writes a file atomically and creates its folders: after a crash, either the old or the new file exists. Rejects with a Failure. */
export async function writeWholeFile(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  { mode = 0o666 }: { mode?: number } = {},
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${written++}.tmp`)
  try {
    await makeFolders(folder)
    await writeFile(temporary, content, { mode })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw fileFailure(error, path)
  }
}
