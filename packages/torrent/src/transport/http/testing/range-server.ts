import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** One request that a test's server answered. */
export interface SeenRequest {
  readonly path: string
  /** First and last requested byte; null for all of it. */
  readonly range: readonly [first: number, last: number] | null
  readonly headers: IncomingMessage['headers']
}

type Handle = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * A web server on loopback that has files and supports ranges. A `handle` that returns true has
 * answered instead.
 */
export class RangeServer implements AsyncDisposable {
  readonly files = new Map<string, Uint8Array>()
  readonly seen: SeenRequest[] = []
  handle: Handle | undefined
  /** Number of connections opened so far, and the open ones. */
  connections = 0
  readonly open = new Set<Socket>()
  onAllClosed: (() => void) | undefined
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.seen.push({ path: request.url!, range: rangeOf(request), headers: request.headers })
      if (!this.handle?.(request, response)) this.serve(request, response)
    })
    this.#server.on('connection', socket => {
      this.connections++
      this.open.add(socket)
      socket.on('close', () => {
        this.open.delete(socket)
        if (this.open.size === 0) this.onAllClosed?.()
      })
    })
  }

  /** `files` by path, each component encoded by `encodeURIComponent`. */
  static async open(files: Record<string, Uint8Array> = {}): Promise<RangeServer> {
    const server = new RangeServer()
    for (const [path, bytes] of Object.entries(files)) server.files.set(path, bytes)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** Answers like a correct server. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.files.get(spelledAlike(request.url!))
    if (!bytes) {
      response.writeHead(404).end('no such file')
      return
    }
    const range = rangeOf(request)
    if (!range) {
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
      return
    }
    const [first, last] = range
    const part = bytes.subarray(first, last + 1)
    response
      .writeHead(206, {
        'content-length': part.length,
        'content-range': `bytes ${first}-${first + part.length - 1}/${bytes.length}`,
      })
      .end(part)
  }

  /** Number of requested payload bytes. */
  get askedBytes(): number {
    return this.seen.reduce((sum, { range }) => sum + (range ? range[1] - range[0] + 1 : 0), 0)
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function rangeOf({ headers }: IncomingMessage): [number, number] | null {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  return match && [Number(match[1]), Number(match[2])]
}

/**
 * One spelling for all equivalent ones: clients differ in which characters they escape, and how.
 */
function spelledAlike(path: string): string {
  return path
    .split('/')
    .map(part => encodeURIComponent(decodeURIComponent(part)))
    .join('/')
}
