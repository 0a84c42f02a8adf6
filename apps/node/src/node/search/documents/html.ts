import { Parser } from 'htmlparser2'
import { DOCUMENT_LIMITS } from './limits.ts'
import { decodeText } from './plain-text.ts'
import type { TextSink } from './text-sink.ts'

/** Elements without readable text. */
const SKIPPED = new Set(['script', 'style', 'template', 'svg', 'math', 'head', 'binary'])
/** Elements that do not end a word. */
const INLINE = new Set(
  'a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strong sub sup tt u var wbr'.split(
    ' ',
  ),
)
/** In the head, but people search for it. */
const TITLE = 'title'
const SNIFFED_BYTES = 4096
const CHUNK_UNITS = 64 << 10
const CHARSET = /(?:charset|encoding)\s*=\s*["']?([\w-]{1,40})/i

/** Thrown to stop the parser. */
class Enough extends Error {}

/**
 * Extracts the text of HTML, XHTML or other XML that people read. Malformed documents yield as much
 * as possible.
 */
export function extractHtml(bytes: Uint8Array, sink: TextSink, xml = false): void {
  const named = CHARSET.exec(Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('latin1'))?.[1]
  const parser = parserInto(sink, xml)
  try {
    for (const text of decodeText(bytes, named))
      for (let at = 0; at < text.length; at += CHUNK_UNITS) parser.write(text.slice(at, at + CHUNK_UNITS))
    parser.end()
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
}

function parserInto(sink: TextSink, xmlMode: boolean): Parser {
  let depth = 0
  /** Depth of the outermost element that is skipped; 0 for none. */
  let skippedFrom = 0
  let inTitle = false
  return new Parser(
    {
      onopentagname(name) {
        // The parser scans all open elements at each end tag.
        if (++depth > DOCUMENT_LIMITS.htmlDepth) throw new Enough()
        if (skippedFrom === 0 && SKIPPED.has(name)) skippedFrom = depth
        if (name === TITLE) inTitle = true
        if (!INLINE.has(name)) sink.break()
      },
      ontext(text) {
        if (skippedFrom > 0 && !inTitle) return
        sink.add(text)
        if (sink.isFull) throw new Enough()
      },
      onclosetag(name) {
        if (depth === skippedFrom) skippedFrom = 0
        if (name === TITLE) inTitle = false
        if (depth > 0) depth--
        if (!INLINE.has(name)) sink.break()
      },
    },
    { decodeEntities: true, xmlMode, recognizeCDATA: true },
  )
}
