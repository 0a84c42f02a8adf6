/** Backups: compressed archives of the database. */
import { createReadStream, createWriteStream } from 'node:fs'
import { access, link, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { fileFailure } from '@shoal/daemon/failure'
import type { Counts, HubData } from '@shoal/hub-stores'
import { SetupError } from '../failure.ts'

const NEWLINE = 0x0a

/** Forwards an archive, and reports the number of rows that have passed. */
export async function* countingRows(
  archive: AsyncIterable<Uint8Array>,
  passed: (rows: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // The first line is the head of the archive.
  let rows = -1
  for await (const chunk of archive) {
    signal.throwIfAborted()
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows++
    passed(Math.max(0, rows))
    yield chunk
  }
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/**
 * Writes everything to a file that must not exist. The file gets its final name once it is complete
 * and on disk.
 */
export async function writeBackup(
  data: Pick<HubData, 'exportArchive'>,
  path: string,
  { passed, signal }: { passed: (rows: number) => void; signal: AbortSignal },
): Promise<void> {
  const draft = `${path}.${process.pid}.draft`
  try {
    await access(path).then(
      () => Promise.reject(new SetupError(`${path} exists: choose another name`)),
      () => {},
    )
    const archive = countingRows(data.exportArchive(), passed, signal)
    await pipeline(
      archive,
      createGzip(),
      createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }),
      {
        signal,
      },
    )
    await link(draft, path)
  } catch (error) {
    throw error instanceof SetupError ? error : explained(error, path)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Reads a backup. */
export async function* readBackup(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path)
  const unpacked = createGunzip()
  file.on('error', error => unpacked.destroy(error))
  try {
    yield* file.pipe(unpacked)
  } catch (error) {
    throw explained(error, path)
  } finally {
    file.destroy()
  }
}

function explained(error: unknown, path: string): unknown {
  const failure = fileFailure(error, path)
  if (failure !== error) return new SetupError(failure.message)
  return /^Z_/.test((error as NodeJS.ErrnoException).code ?? '')
    ? new SetupError(`${path} is damaged or no backup of a hub`)
    : error
}
