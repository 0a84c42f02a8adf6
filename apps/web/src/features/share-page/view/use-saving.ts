import { useRef, useState } from 'react'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatPercent } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useAskBeforeLeaving } from '../hooks.ts'
import { type SaveContext, type SaveOutcome, saveAll, saveFile } from '../save/save.ts'
import { useServices } from '../services.ts'
import { nameOf, type ShareFile } from '../share-file.ts'

export interface Saving {
  /** Message about the last saved file; null before the first. */
  readonly said: string | null
  save(file: ShareFile): void
  /** Saves files into a new folder of that name, or as an archive. */
  saveAll(files: readonly ShareFile[], name: string): void
  isUnsaved(file: ShareFile): boolean
}

export function useSaving(): Saving {
  const { addresses } = useServices()
  const [said, setSaid] = useState<string | null>(null)
  const [running, setRunning] = useState(0)
  const [saved, setSaved] = useState<ReadonlySet<number>>(new Set())
  const last = useRef('')
  useAskBeforeLeaving(running > 0)
  const run = async (
    name: string,
    files: readonly ShareFile[],
    save: (context: SaveContext) => Promise<SaveOutcome>,
  ) => {
    const totalBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    const onProgress = (doneBytes: number) => {
      const text = texts.saving.running({ name, done: formatPercent(doneBytes / Math.max(1, totalBytes)) })
      if (text !== last.current) setSaid(text)
      last.current = text
    }
    setRunning(count => count + 1)
    try {
      const outcome = await save({ addresses, onProgress })
      const words = {
        written: texts.saving.done({ name }),
        'handed-over': texts.saving.started({ name }),
        'taken-over': texts.saving.taken({ name }),
        cancelled: null,
      }
      setSaid(words[outcome])
      if (outcome !== 'cancelled')
        setSaved(before => new Set([...before, ...files.map(({ index }) => index)]))
    } catch (error) {
      setSaid(texts.saving.failed({ name, why: errorMessage(error) }))
    }
    setRunning(count => count - 1)
  }
  return {
    said,
    save: file => void run(nameOf(file), [file], context => saveFile(file, context)),
    saveAll: (files, name) => void run(name, files, context => saveAll(files, name, context)),
    isUnsaved: ({ index }) => !saved.has(index),
  }
}
