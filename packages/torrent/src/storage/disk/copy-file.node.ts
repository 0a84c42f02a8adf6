import fs from 'node:fs'
import { CREATE, close, fstat, ftruncate, lstat, open, READ, readAt, WRITE, writeAt } from './fs.node.ts'

/** Byte ranges as `[begin, end)`, in any order. */
export type Ranges = [begin: number, end: number][]

const CHUNK_BYTES = 1024 * 1024
const ZEROS = new Uint8Array(CHUNK_BYTES)

/**
 * Copies a file, or only `ranges` of it into an existing copy. In a complete copy, runs of zeros
 * become holes, and nothing may have its path. A symbolic link is copied as a link. Calls
 * `onCopied` for each chunk. Rejects with the system's error, or between two chunks with the
 * signal's reason.
 */
export async function copyFile(
  from: string,
  to: string,
  ranges: Ranges | null,
  signal?: AbortSignal,
  onCopied: (bytes: number) => void = () => {},
): Promise<void> {
  const stat = await lstat(from)
  if (stat.isSymbolicLink()) return copyLink(from, to)
  const source = await open(from, READ)
  try {
    const { size, mode } = await fstat(source)
    const copy = await open(to, ranges ? WRITE : CREATE, mode & 0o777)
    try {
      for (const [begin, end] of ranges ?? [[0, size]])
        await copyRange(source, copy, begin, Math.min(end, size), ranges === null, signal, onCopied)
      // Restores a final hole, and shortens a copy whose source has since been truncated.
      await ftruncate(copy, size)
    } finally {
      await close(copy)
    }
  } finally {
    await close(source)
  }
}

async function copyRange(
  source: number,
  copy: number,
  begin: number,
  end: number,
  sparse: boolean,
  signal: AbortSignal | undefined,
  onCopied: (bytes: number) => void,
): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES)
  for (let at = begin; at < end; at += CHUNK_BYTES) {
    signal?.throwIfAborted()
    const count = await readAt(source, chunk.subarray(0, Math.min(CHUNK_BYTES, end - at)), at)
    const bytes = chunk.subarray(0, count)
    if (!sparse || Buffer.compare(bytes, ZEROS.subarray(0, count)) !== 0) await writeAt(copy, bytes, at)
    onCopied(count)
  }
}

async function copyLink(from: string, to: string): Promise<void> {
  await fs.promises.symlink(await fs.promises.readlink(from), to)
}
