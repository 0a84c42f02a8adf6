import type { ShownFile } from '../../../shared/media/shown-file.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import styles from './media.module.css'

/** In the browser's own viewer, where it has one; phones mostly have none. */
export function PdfView({ file }: { readonly file: ShownFile }) {
  if (!navigator.pdfViewerEnabled) return <p className={styles.note}>{texts.viewer.noPdf}</p>
  return <iframe className={styles.pdf} src={file.url} title={file.name} />
}
