import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import type { ShownFile } from '../../../shared/media/shown-file.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import type { ShareFile } from '../files/share-file.ts'
import { useServices } from '../services.ts'
import styles from './media.module.css'
import { PdfView } from './PdfView.tsx'
import { shownFiles } from './shown-files.ts'

const Player = lazy(() => import('../../../shared/media/Player.tsx'))
const PictureView = lazy(() => import('../../../shared/media/PictureView.tsx'))
const TextView = lazy(() => import('../../../shared/media/TextView.tsx'))

interface Props {
  readonly files: readonly ShareFile[]
  readonly index: number
  onOpen(index: number): void
  onClose(): void
}

/** Shows one file over the whole page. What is missing of it is fetched as it is needed. */
export default function Viewer({ files, index, onOpen, onClose }: Props) {
  const { addresses } = useServices()
  const dialog = useRef<HTMLDialogElement>(null)
  const [works, setWorks] = useState<boolean | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => void addresses.work().then(setWorks), [addresses])
  // Addresses stay the same while more of the files comes in.
  // biome-ignore lint/correctness/useExhaustiveDependencies: names and lengths of files do not change
  const shown = useMemo(() => shownFiles(files, addresses), [files.length, addresses])
  const file = shown.find(each => each.index === index)
  const haveBytes = files.find(each => each.index === index)?.haveBytes ?? file?.lengthBytes ?? 0
  if (!file) return null
  const next = shown.slice(shown.indexOf(file) + 1).find(({ kind }) => kind === file.kind)
  return (
    <dialog ref={dialog} className={styles.viewer} onClose={onClose} aria-label={shownName(file.name)}>
      <header className={styles.head}>
        <h2>{shownName(file.name)}</h2>
        <span>{formatBytes(file.lengthBytes)}</span>
        <button
          type="button"
          className={styles.close}
          aria-label={texts.actions.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className={styles.body}>
        {works === false && <p className={styles.note}>{texts.viewer.needsWorker}</p>}
        {works && (
          <Suspense>
            <Content
              key={index}
              file={{ ...file, haveBytes }}
              files={shown}
              {...(next && { onEnded: () => onOpen(next.index) })}
            />
          </Suspense>
        )}
      </div>
    </dialog>
  )
}

function Content(props: { file: ShownFile; files: readonly ShownFile[]; onEnded?: () => void }) {
  const { file, files, onEnded } = props
  switch (file.kind) {
    case 'video':
      return <Player file={file} files={files} />
    case 'audio':
      return <Player file={file} files={files} {...(onEnded && { onEnded })} />
    case 'picture':
      return <PictureView file={file} />
    case 'text':
    case 'markdown':
      return <TextView file={file} isMarkdown={file.kind === 'markdown'} />
    case 'pdf':
      return <PdfView file={file} />
    case 'other':
      return null
  }
}
