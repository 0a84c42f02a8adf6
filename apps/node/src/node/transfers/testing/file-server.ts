import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** An HTTP server on loopback: `await using server = await FileServer.start(handler)`. */
export class FileServer implements AsyncDisposable {
  readonly url: string
  readonly requests: IncomingMessage[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(handler: Handler): Promise<FileServer> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const started = new FileServer(server)
    server.on('request', (request, response) => {
      started.requests.push(request)
      handler(request, response)
    })
    return started
  }

  get host(): string {
    return new URL(this.url).host
  }

  /** Values of a request header, one for each request. */
  headers(name: string): (string | undefined)[] {
    return this.requests.map(request => request.headers[name] as string | undefined)
  }

  /** Open connections. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

/** Sends a file as servers do: with a range if requested, and a matching If-Range. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  { etag = '"one"', headers = {}, cutAfter = Number.POSITIVE_INFINITY, ranges = true } = {} as {
    etag?: string | null
    headers?: Record<string, string>
    /** Ends the connection after this many bytes of the body. */
    cutAfter?: number
    ranges?: boolean
  },
): void {
  if (etag) response.setHeader('etag', etag)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const fits = ranges && asked !== undefined && request.headers['if-range'] === etag
  const start = fits ? Number(asked) : 0
  if (fits) response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`)
  response.writeHead(fits ? 206 : 200, { 'content-length': content.length - start })
  const body = content.subarray(start)
  if (body.length <= cutAfter) return void response.end(body)
  response.write(body.subarray(0, cutAfter), () => response.destroy())
}
