import { useRef, useState } from 'react'
import { formatPercent } from '../../format/format.ts'
import { texts } from '../../texts/share-page.ts'
import { nameOf, type ShareFile } from '../files/share-file.ts'
import { saveFile } from '../save/save.ts'
import { useServices } from '../services.ts'
import { wordsOf } from './parts.tsx'

export interface Saving {
  /** What to say of the last file that was saved; null before. */
  readonly said: string | null
  save(file: ShareFile): void
}

export function useSaving(): Saving {
  const { addresses } = useServices()
  const [said, setSaid] = useState<string | null>(null)
  const last = useRef('')
  const save = async (file: ShareFile) => {
    const name = nameOf(file)
    const onProgress = (doneBytes: number) => {
      const text = texts.saving.running(name, formatPercent(doneBytes / Math.max(1, file.lengthBytes)))
      if (text !== last.current) setSaid(text)
      last.current = text
    }
    try {
      const outcome = await saveFile(file, { addresses, onProgress })
      setSaid(
        { written: texts.saving.done(name), 'handed-over': texts.saving.started(name), cancelled: null }[
          outcome
        ],
      )
    } catch (error) {
      setSaid(texts.saving.failed(name, wordsOf(error)))
    }
  }
  return { said, save: file => void save(file) }
}
