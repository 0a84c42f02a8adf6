import { useState } from 'react'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import { toContent } from '../../shared/uploads/uploads.ts'
import { ShareForm } from './ShareForm.tsx'
import { type Content, SharePicker } from './SharePicker.tsx'
import { ShareProgress, type Sharing } from './ShareProgress.tsx'

interface Props {
  readonly files?: readonly DroppedFile[] | undefined
  onClose(): void
  /** Called with the torrent when something has been shared. */
  onShared?(id: string): void
}

/** Shares content in three steps: choose it, set the options, and copy the link. */
export function ShareTab({ files, onClose, onShared }: Props) {
  const [content, setContent] = useState<Content | null>(
    files?.length ? { from: 'here', ...toContent(files) } : null,
  )
  const [sharing, setSharing] = useState<Sharing | null>(null)
  const again = () => {
    setSharing(null)
    setContent(null)
  }
  if (sharing)
    return (
      <ShareProgress
        sharing={sharing}
        onAgain={again}
        onClose={onClose}
        {...(onShared ? { onShared } : {})}
      />
    )
  if (content) return <ShareForm content={content} onBack={() => setContent(null)} onSharing={setSharing} />
  return <SharePicker onChoose={setContent} />
}
