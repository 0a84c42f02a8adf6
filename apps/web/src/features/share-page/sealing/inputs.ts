import { blobSource, SealedError, type SealInput } from '@shoal/sealed'
import type { ChosenFile } from '../../../shared/engine/protocol.ts'

/** Returns chosen files as inputs for sealing. */
export function sealInputs(files: readonly ChosenFile[]): SealInput[] {
  return files.map(({ path, file }) => {
    const { lengthBytes, read } = blobSource(file)
    return {
      path,
      modifiedMs: 'lastModified' in file ? Number(file.lastModified) : 0,
      content: {
        lengthBytes,
        // Browsers refuse to read a file that was changed after it was chosen.
        read: (offset, length) => read(offset, length).catch(cause => Promise.reject(changed(path, cause))),
      },
    }
  })
}

function changed(path: readonly string[], cause: unknown): SealedError {
  const message = `${path.join('/')} was changed or deleted while it was sealed: choose it again`
  return new SealedError('changed', message, { cause })
}
