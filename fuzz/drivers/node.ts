import { readEvents } from '../../apps/node/src/cli/client/event-stream.ts'
import { extractEpub } from '../../apps/node/src/node/search/documents/epub.ts'
import { extractHtml } from '../../apps/node/src/node/search/documents/html.ts'
import { extractPdf } from '../../apps/node/src/node/search/documents/pdf.ts'
import { extractPlainText } from '../../apps/node/src/node/search/documents/plain-text.ts'
import { TextSink } from '../../apps/node/src/node/search/documents/text-sink.ts'
import { parseRange } from '../../apps/node/src/node/server/routes/range.ts'
import { torrentLink } from '../../apps/node/src/node/transfers/http/link-header.ts'
import type { Drivers } from '../parser.ts'
import { chunks, driver } from './driver.ts'

/** Returns the text of a document, like the search index. */
function textOf(extract: (sink: TextSink) => void | Promise<void>): string | Promise<string> {
  const sink = new TextSink(10_000)
  const done = extract(sink)
  return done ? done.then(() => sink.text()) : sink.text()
}

export const DRIVERS: Drivers = {
  'link-header': driver((text: string) => torrentLink(text, new URL('https://files.example/a.iso'))),
  'document-text': driver((bytes: Uint8Array) => textOf(sink => extractPlainText(bytes, sink))),
  'document-html': driver((bytes: Uint8Array) => textOf(sink => extractHtml(bytes, sink))),
  'document-epub': driver((bytes: Uint8Array) => textOf(sink => extractEpub(bytes, sink))),
  'document-pdf': driver((bytes: Uint8Array) => textOf(sink => extractPdf(bytes.slice(), sink))),
  'request-range': driver((header: string) => parseRange(header, 1000)),
  'event-stream': driver(async (bytes: Uint8Array) => {
    let count = 0
    async function* body() {
      yield* chunks(bytes)
    }
    for await (const _ of readEvents(body())) count++
    return count
  }),
}
