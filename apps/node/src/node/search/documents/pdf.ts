import { Failure } from '@shoal/daemon/failure'
import { DOCUMENT_LIMITS } from './limits.ts'
import type { TextSink } from './text-sink.ts'

/**
 * Extracts the text of a PDF, page by page. Throws `bad-document` if it is not a PDF or needs a
 * password.
 */
export async function extractPdf(bytes: Uint8Array, sink: TextSink): Promise<void> {
  // Two megabytes of code, loaded only for PDFs.
  const { getDocumentProxy } = await import('unpdf')
  const pdf = await getDocumentProxy(bytes, {
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    stopAtErrors: false,
    verbosity: 0,
  }).catch((error: Error) => {
    const why = error.name === 'PasswordException' ? 'it needs a password' : 'it cannot be read'
    throw new Failure('bad-document', `the PDF cannot be indexed: ${why}`, { cause: error })
  })
  try {
    const pages = Math.min(pdf.numPages, DOCUMENT_LIMITS.pdfPages)
    for (let number = 1; number <= pages && !sink.isFull; number++) {
      const page = await pdf.getPage(number).catch(() => null)
      const content = await page?.getTextContent().catch(() => null)
      for (const item of content?.items ?? [])
        if ('str' in item) {
          sink.add(item.str)
          if (item.hasEOL) sink.break()
        }
      sink.break()
      page?.cleanup()
    }
  } finally {
    await pdf.loadingTask.destroy()
  }
}
