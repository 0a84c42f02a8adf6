import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { FileView } from '../../../shared/media/FileView.tsx'
import { mediaTypeOf } from '../../../shared/media/media-type.ts'
import { type ShownFile, shownFile } from '../../../shared/media/shown-file.ts'
import { useSteps } from '../../../shared/media/steps.ts'
import { texts as more } from '../../../shared/messages/share-more.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { texts as viewing } from '../../../shared/messages/viewing.ts'
import type { FileAddresses } from '../engine/file-addresses.ts'
import { useServices } from '../services.ts'
import { nameOf, type ShareFile } from '../share-file.ts'
import styles from './media.module.css'

interface Props {
  readonly files: readonly ShareFile[]
  readonly index: number
  onOpen(index: number): void
  onClose(): void
}

/** Shows one file on the whole page. Missing pieces are downloaded on demand. */
export default function Viewer({ files, index, onOpen, onClose }: Props) {
  const { addresses } = useServices()
  const dialog = useRef<HTMLDialogElement>(null)
  const [works, setWorks] = useState<boolean | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const isHosted = files[0]?.href !== undefined
  useEffect(() => {
    if (isHosted) setWorks(true)
    else void addresses.work().then(setWorks)
  }, [addresses, isHosted])
  // Addresses stay the same while more of the files comes in.
  // biome-ignore lint/correctness/useExhaustiveDependencies: names and lengths of files do not change
  const shown = useMemo(() => shownFiles(files, addresses), [files.length, addresses])
  const file = shown.find(each => each.index === index)
  const haveBytes = files.find(each => each.index === index)?.haveBytes ?? file?.lengthBytes ?? 0
  const { at, count, go, keyDown, onEnded } = useSteps(shown, index, onOpen)
  if (!file) return null
  const step = (by: number, icon: 'left' | 'right', label: string) => (
    <button
      type="button"
      className={`${layout.center} ${styles.close}`}
      aria-label={label}
      // A disabled button would lose the focus, and then the keys would not work.
      aria-disabled={at + by < 0 || at + by >= count}
      onClick={() => go(by)}
    >
      <Icon name={icon} />
    </button>
  )
  return (
    <dialog
      ref={dialog}
      className={styles.viewer}
      onClose={onClose}
      onKeyDown={keyDown}
      aria-label={shownName(file.name)}
    >
      <header className={`${layout.row3} ${layout.soft} ${styles.head}`}>
        <h2>{shownName(file.name)}</h2>
        <span>{formatBytes(file.lengthBytes)}</span>
        {count > 1 && (
          <div className={layout.row}>
            {step(-1, 'left', viewing.media.previous)}
            <span className={layout.tabular}>{viewing.media.place({ at: at + 1, of: count })}</span>
            {step(1, 'right', viewing.media.next)}
          </div>
        )}
        <button
          type="button"
          className={`${layout.center} ${styles.close}`}
          aria-label={texts.actions.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className={styles.body}>
        {works === false && <p className={styles.note}>{more.viewer.needsWorker}</p>}
        {works && (
          <Suspense>
            <FileView key={index} file={{ ...file, haveBytes }} files={shown} onEnded={onEnded}>
              {file.kind === 'pdf' && <PdfView file={file} />}
            </FileView>
          </Suspense>
        )}
      </div>
    </dialog>
  )
}

/** Most phones do not include a PDF viewer. */
function PdfView({ file }: { readonly file: ShownFile }) {
  if (!navigator.pdfViewerEnabled) return <p className={styles.note}>{more.viewer.noPdf}</p>
  return <iframe className={styles.pdf} src={file.url} title={file.name} />
}

/** Converts files for the viewer. A file gets an address when it is first requested. */
function shownFiles(files: readonly ShareFile[], addresses: FileAddresses): ShownFile[] {
  return files.map(({ index, path, lengthBytes, haveBytes, href, read }) => {
    const name = nameOf({ path })
    const mediaType = mediaTypeOf(name)
    return shownFile(
      { index, name, path: path.join('/'), mediaType, lengthBytes, haveBytes: haveBytes ?? lengthBytes },
      () => href ?? addresses.add({ name, lengthBytes, mediaType, read }),
    )
  })
}
