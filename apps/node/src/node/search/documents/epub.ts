import { Failure } from '@shoal/daemon/failure'
import { strFromU8, type UnzipFileInfo, unzipSync } from 'fflate'
import { Parser } from 'htmlparser2'
import { extractHtml } from './html.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import type { TextSink } from './text-sink.ts'

const CONTAINER = 'META-INF/container.xml'
const MAX_INDEX_BYTES = 4 << 20
const READABLE = /\.(?:x?html?|xml)$/i

/**
 * Reads the chapters of an EPUB (a ZIP of XHTML) in reading order. The sizes in the ZIP limit the
 * decompressed data, since fflate writes no more than that. Throws `bad-document` if it is not an
 * EPUB.
 */
export function extractEpub(bytes: Uint8Array, sink: TextSink): void {
  const index = readPackage(bytes)
  const chapters = index.chapters.length > 0 ? index.chapters : null
  const files = unpack(bytes, name => (chapters ? chapters.includes(name) : READABLE.test(name)))
  for (const name of chapters ?? Object.keys(files).sort()) {
    if (!Object.hasOwn(files, name)) continue
    if (sink.isFull) return
    sink.break()
    extractHtml(files[name]!, sink, true)
  }
}

/**
 * Returns the paths of the chapters, as the package document lists them; empty if it cannot be
 * read.
 */
function readPackage(bytes: Uint8Array): { chapters: string[] } {
  const container = unpack(bytes, name => name === CONTAINER, MAX_INDEX_BYTES)[CONTAINER]
  if (!container) throw new Failure('bad-document', 'the file is not an EPUB: it has no package document')
  let path = ''
  parse(container, (name, attributes) => {
    if (name === 'rootfile') path ||= attributes['full-path'] ?? ''
  })
  const found = unpack(bytes, name => name === path, MAX_INDEX_BYTES)
  const document = Object.hasOwn(found, path) ? found[path] : null
  return { chapters: document ? listChapters(document, path) : [] }
}

function listChapters(document: Uint8Array, path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const hrefs = new Map<string, string>()
  const chapters = new Set<string>()
  parse(document, (name, { id, href, idref }) => {
    if (name === 'item' && id && href) hrefs.set(id, resolve(folder, href))
    if (name === 'itemref' && idref && hrefs.has(idref)) chapters.add(hrefs.get(idref)!)
  })
  return [...chapters].slice(0, DOCUMENT_LIMITS.unpackedFiles)
}

/** Calls back for tags by their names without prefix. */
function parse(xml: Uint8Array, tag: (name: string, attributes: Record<string, string>) => void): void {
  const parser = new Parser(
    { onopentag: (name, attributes) => tag(name.slice(name.indexOf(':') + 1), attributes) },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(strFromU8(xml))
}

function resolve(folder: string, href: string): string {
  try {
    return decodeURIComponent(new URL(href, `epub:/${folder}`).pathname).replace(/^\//, '')
  } catch {
    return folder + href
  }
}

/** Returns the wanted files, as long as their declared sizes are within the limit. */
function unpack(
  bytes: Uint8Array,
  wants: (name: string) => boolean,
  maxBytes: number = DOCUMENT_LIMITS.unpackedBytes,
): Record<string, Uint8Array> {
  let [roomBytes, files] = [maxBytes, 0]
  const filter = ({ name, originalSize }: UnzipFileInfo) => {
    if (++files > DOCUMENT_LIMITS.unpackedFiles)
      throw new Failure('bad-document', 'the EPUB has too many files')
    if (!wants(name) || originalSize > roomBytes) return false
    roomBytes -= originalSize
    return true
  }
  try {
    return unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('bad-document', 'the file is not an EPUB: it cannot be unpacked', { cause: error })
  }
}
