import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import { z } from 'zod'

const MAX_RECORD_BYTES = 16_384

/** The record of an unfinished transfer, in a hidden file next to it. */
const PartRecord = z.object({
  version: z.literal(1),
  /** The final name, and the name of the file with the bytes so far, both in the same folder. */
  name: z.string().min(1).max(255),
  part: z
    .string()
    .min(1)
    .max(255)
    // A manipulated record must not lead to other files.
    .regex(/^[^/\\.][^/\\]*\.part$/),
  validator: z.string().max(2000).nullable(),
  totalBytes: z.number().int().min(0).nullable(),
  /** This many bytes of the part are certainly on the disk. */
  savedBytes: z.number().int().min(0),
})
export type PartRecord = z.infer<typeof PartRecord>

/** The URL itself stays out of the name and the record: it may contain a password. */
export function recordPath(directory: string, identity: string): string {
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 24)
  return join(directory, `.shoal-${key}.json`)
}

/** Returns null if there is no usable record. */
export async function readRecord(path: string): Promise<PartRecord | null> {
  const text = await readStart(path, MAX_RECORD_BYTES).catch(() => null)
  if (text === null) return null
  try {
    return PartRecord.parse(JSON.parse(text))
  } catch {
    return null
  }
}

export async function writeRecord(path: string, record: PartRecord): Promise<void> {
  await writeWholeFile(path, JSON.stringify(record))
}

export async function removeRecord(path: string): Promise<void> {
  await rm(path, { force: true })
}

async function readStart(path: string, maxBytes: number): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
