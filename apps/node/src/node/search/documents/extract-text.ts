import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { extensionOf } from '@shoal/network/kinds'
import { extractEpub } from './epub.ts'
import { extractHtml } from './html.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import { extractPdf } from './pdf.ts'
import { extractPlainText } from './plain-text.ts'
import { TextSink } from './text-sink.ts'

export interface ExtractedText {
  /** One line, white space collapsed, NFC. */
  readonly text: string
  /** The document has more text. */
  readonly truncated: boolean
}

type Extract = (bytes: Uint8Array, sink: TextSink) => void | Promise<void>

const FORMATS: readonly (readonly [endings: string, extract: Extract])[] = [
  ['txt text md markdown rst tex log csv tsv json nfo srt vtt ass adoc org', extractPlainText],
  ['html htm xhtml', extractHtml],
  ['xml fb2', (bytes, sink) => extractHtml(bytes, sink, true)],
  ['epub', extractEpub],
  ['pdf', extractPdf],
]
const BY_ENDING: ReadonlyMap<string, Extract> = new Map(
  FORMATS.flatMap(([endings, extract]) => endings.split(' ').map(ending => [ending, extract] as const)),
)

/** Returns whether text can be extracted from a file of this name and size. */
export function isIndexable(path: string, lengthBytes: number): boolean {
  return lengthBytes > 0 && lengthBytes <= DOCUMENT_LIMITS.fileBytes && BY_ENDING.has(extensionOf(path))
}

/**
 * Extracts the text of a file, according to the extension of its `name`. Blocks the thread while it
 * runs, so call it in the document thread only. Throws `not-found`, `no-permission`, `io`,
 * `unsupported` for other types of files, `too-large`, `bad-document`.
 */
export async function extractText(path: string, name: string): Promise<ExtractedText> {
  const extract = BY_ENDING.get(extensionOf(name))
  if (!extract) throw new Failure('unsupported', `${name}: files of this kind are not indexed`)
  const sink = new TextSink(DOCUMENT_LIMITS.textUnits)
  await extract(readWhole(path), sink)
  return { text: sink.text(), truncated: sink.truncated }
}

function readWhole(path: string): Uint8Array {
  let fd: number | undefined
  try {
    // Non-blocking: a pipe would block the thread forever.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Failure('not-found', `${path} is not a file`)
    if (stat.size > DOCUMENT_LIMITS.fileBytes)
      throw new Failure('too-large', `${path} is too large to be indexed`)
    const bytes = new Uint8Array(stat.size)
    let read = 0
    for (let more = -1; more !== 0 && read < bytes.length; read += more)
      more = readSync(fd, bytes, read, bytes.length - read, read)
    return bytes.subarray(0, read)
  } catch (error) {
    throw fileFailure(error, path)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
