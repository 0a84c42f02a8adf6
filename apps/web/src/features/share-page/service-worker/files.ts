import { scope } from '../../../shared/service-worker/worker-scope.ts'
import type { FileHead, FileNews, FileOrder, OpenFile } from './messages.ts'
import { type ByteRange, parseRange } from './range.ts'

/** Timeout: a page that has the file answers at once, unless it is busy. */
const ANSWER_MS = 10_000
/**
 * Files of strangers have the page's own origin: scripts in them must not run, and they must not
 * load anything.
 */
const POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"

/**
 * Responds with the file, or with the part that the request asks for, from the page that created
 * the address.
 */
export async function answerFile(token: string, request: Request): Promise<Response> {
  const source = await findSource(token)
  if (!source) return new Response(null, { status: 404 })
  const { head } = source
  const range = parseRange(request.headers.get('range'), head.lengthBytes)
  if (range === 'unsatisfiable') {
    source.order({ kind: 'cancel' })
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${head.lengthBytes}` } })
  }
  const { start, end } = range ?? { start: 0, end: head.lengthBytes }
  const headers = createHeaders(head, { start, end }, range !== null)
  return new Response(source.stream({ start, end }), { status: range ? 206 : 200, headers })
}

function createHeaders(head: FileHead, { start, end }: ByteRange, isPart: boolean): Headers {
  const { lengthBytes, mediaType, name, download } = head
  const headers = new Headers({
    'content-type': mediaType,
    'content-length': String(end - start),
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // PDF viewers of browsers do not run in a sandbox.
    'content-security-policy': mediaType === 'application/pdf' ? POLICY : `sandbox; ${POLICY}`,
  })
  if (isPart) headers.set('content-range', `bytes ${start}-${end - 1}/${lengthBytes}`)
  if (download) headers.set('content-disposition', `attachment; filename*=UTF-8''${encoded(name)}`)
  return headers
}

/** Encodes a name by RFC 8187. Unpaired surrogates are left out: they have no UTF-8 encoding. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*!]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Asks all pages; the one that knows the token answers. Returns null if none does. */
async function findSource(token: string): Promise<Source | null> {
  const clients = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const asked = clients.map(client => {
    const { port1, port2 } = new MessageChannel()
    const question: OpenFile = { kind: 'open-file', token }
    client.postMessage(question, [port2])
    return port1
  })
  const answer = Promise.withResolvers<Source | null>()
  const timer = setTimeout(() => answer.resolve(null), ANSWER_MS)
  for (const port of asked)
    port.onmessage = ({ data }: MessageEvent<FileNews>) =>
      data.kind === 'head' && answer.resolve(new Source(port, data))
  const source = await answer.promise
  clearTimeout(timer)
  for (const port of asked) if (port !== source?.port) port.close()
  return source
}

/** A file that a page provides. */
class Source {
  readonly port: MessagePort
  readonly head: FileHead

  constructor(port: MessagePort, head: FileHead) {
    this.port = port
    this.head = head
  }

  order(order: FileOrder): void {
    this.port.postMessage(order)
    if (order.kind === 'cancel') this.port.close()
  }

  stream(range: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.order({ kind: 'range', ...range })
    return new ReadableStream(
      {
        pull: controller => this.#next(controller),
        cancel: () => this.order({ kind: 'cancel' }),
      },
      { highWaterMark: 0 },
    )
  }

  #next(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    const { port } = this
    return new Promise(resolve => {
      port.onmessage = ({ data }: MessageEvent<FileNews>) => {
        if (data.kind === 'bytes') controller.enqueue(data.bytes)
        else {
          port.close()
          if (data.kind === 'end') controller.close()
          else controller.error(new Error('the page has no more of it'))
        }
        resolve()
      }
      this.order({ kind: 'more' })
    })
  }
}
