import { useRef, useState } from 'react'
import { formatPercent } from '../../format/format.ts'
import { texts } from '../../texts/share-page.ts'
import { nameOf, type ShareFile } from '../files/share-file.ts'
import { type SaveOutcome, saveAll, saveFile } from '../save/save.ts'
import { useServices } from '../services.ts'
import { wordsOf } from './parts.tsx'

export interface Saving {
  /** What to say of the last file that was saved; null before. */
  readonly said: string | null
  save(file: ShareFile): void
  /** Into a new folder of that name; not everywhere (`canSaveAll`). */
  saveAll(files: readonly ShareFile[], name: string): void
}

export function useSaving(): Saving {
  const { addresses } = useServices()
  const [said, setSaid] = useState<string | null>(null)
  const last = useRef('')
  const run = async (
    name: string,
    totalBytes: number,
    save: (onProgress: (doneBytes: number) => void) => Promise<SaveOutcome>,
  ) => {
    const onProgress = (doneBytes: number) => {
      const text = texts.saving.running(name, formatPercent(doneBytes / Math.max(1, totalBytes)))
      if (text !== last.current) setSaid(text)
      last.current = text
    }
    try {
      const outcome = await save(onProgress)
      const words = {
        written: texts.saving.done(name),
        'handed-over': texts.saving.started(name),
        cancelled: null,
      }
      setSaid(words[outcome])
    } catch (error) {
      setSaid(texts.saving.failed(name, wordsOf(error)))
    }
  }
  return {
    said,
    save: file =>
      void run(nameOf(file), file.lengthBytes, onProgress => saveFile(file, { addresses, onProgress })),
    saveAll(files, name) {
      const totalBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
      void run(name, totalBytes, onProgress => saveAll(files, name, onProgress))
    },
  }
}
