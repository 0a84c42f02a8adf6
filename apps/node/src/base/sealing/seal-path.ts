/** Seals a file or folder into a single file that is shared. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import { SEALED_NAME, type Seal } from '@shoal/links'
import { createSeal, SealedContent, SealedError, type SealTo } from '@shoal/sealed'
import type { FolderFilter } from '@shoal/torrent'
import { makeFolders } from '@shoal/torrent/make-folders'
import { stampOf } from '../files/stamp.ts'
import { fileInputs } from './file-inputs.ts'

export interface SealPathOptions {
  readonly signal: AbortSignal
  /** Selects what is sealed of a folder. */
  readonly filter?: FolderFilter | undefined
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

export interface SealedPath {
  /** Path of `sealed.age`. */
  readonly path: string
  readonly lengthBytes: number
  /** The seal, as in a link. */
  readonly seal: Seal
  /** Name of the content, which only the owner sees. */
  readonly name: string
}

/**
 * Seals the file or folder at `path` as `sealed.age` in `folder`, completely or not. Rejects with a
 * Failure or SealedError.
 */
export async function sealPath(
  path: string,
  folder: string,
  to: SealTo,
  { signal, filter, onProgress }: SealPathOptions,
): Promise<SealedPath> {
  const before = await stampOf(path, signal, filter)
  const files = await fileInputs(path, { signal, filter })
  try {
    const seal = await createSeal(to)
    const content = new SealedContent(files.inputs, seal)
    const target = join(folder, SEALED_NAME)
    await writeAll(content, target, { signal, ...(onProgress && { onProgress }) }, async () => {
      if ((await stampOf(path, signal, filter)) !== before)
        throw new SealedError('changed', `${path} changed while it was being sealed: seal it again`)
    })
    return {
      path: target,
      lengthBytes: content.lengthBytes,
      name: basename(path),
      seal: inLink(to.by, seal.key),
    }
  } finally {
    await files.close()
  }
}

function inLink(by: SealTo['by'], key: Uint8Array | undefined): Seal {
  if (by === 'key') return { by, key: key! }
  return { by: by === 'recipients' ? 'recipient' : by }
}

async function writeAll(
  content: SealedContent,
  target: string,
  { signal, onProgress }: SealPathOptions,
  check: () => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(target), `.${SEALED_NAME}.${randomUUID()}.tmp`)
  const totalBytes = content.lengthBytes
  try {
    await makeFolders(dirname(target))
    const file = await open(temporary, 'wx')
    try {
      let doneBytes = 0
      for await (const bytes of content.stream(0, totalBytes, { signal })) {
        await file.writeFile(bytes)
        doneBytes += bytes.length
        onProgress?.({ doneBytes, totalBytes })
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await check()
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileFailure(error, target)
  }
}
