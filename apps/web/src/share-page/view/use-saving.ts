import { useRef, useState } from 'react'
import { formatPercent } from '../../format/format.ts'
import type { FileSnapshot, TorrentSnapshot } from '../../peer/protocol.ts'
import { texts } from '../../texts/share-page.ts'
import { saveFile } from '../save/save.ts'
import { useServices } from '../services.ts'
import { wordsOf } from './parts.tsx'

export interface Saving {
  /** What to say of the last file that was saved; null before. */
  readonly said: string | null
  save(file: FileSnapshot): void
}

export function useSaving({ id }: TorrentSnapshot): Saving {
  const { peer, addresses } = useServices()
  const [said, setSaid] = useState<string | null>(null)
  const last = useRef('')
  const save = async (file: FileSnapshot) => {
    const { index, lengthBytes } = file
    const name = file.path.at(-1)!
    const onProgress = (doneBytes: number) => {
      const text = texts.saving.running(name, formatPercent(doneBytes / Math.max(1, lengthBytes)))
      if (text !== last.current) setSaid(text)
      last.current = text
    }
    try {
      const outcome = await saveFile({ id, index, name, lengthBytes }, { peer, addresses, onProgress })
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
