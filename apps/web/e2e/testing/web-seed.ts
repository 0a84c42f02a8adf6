import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server with files that pages of other origins may read, in ranges. */
export class WebSeed implements AsyncDisposable {
  readonly #server: Server
  readonly files = new Map<string, Uint8Array>()
  /** Bytes of a request that are answered before it waits for `release`. */
  limitBytes = Number.POSITIVE_INFINITY
  sentBytes = 0
  #waiting: (() => void)[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-allow-headers', 'range')
      response.setHeader('cross-origin-resource-policy', 'cross-origin')
      if (request.method === 'OPTIONS') return void response.writeHead(204).end()
      const bytes = this.files.get(decodeURIComponent(new URL(request.url!, 'http://seed').pathname.slice(1)))
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      if (!bytes || !range) return void response.writeHead(404).end()
      const [begin, last] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)]
      response.writeHead(206, {
        'content-range': `bytes ${begin}-${last}/${bytes.length}`,
        'content-length': last + 1 - begin,
      })
      const send = () => {
        if (response.destroyed) return
        if (this.sentBytes >= this.limitBytes) return void this.#waiting.push(send)
        this.sentBytes += last + 1 - begin
        response.end(bytes.subarray(begin, last + 1))
      }
      send()
    })
  }

  static async open(): Promise<WebSeed> {
    const seed = new WebSeed()
    await new Promise<void>(resolve => seed.#server.listen(0, '127.0.0.1', resolve))
    return seed
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** From now on everything is answered. */
  release(): void {
    this.limitBytes = Number.POSITIVE_INFINITY
    for (const send of this.#waiting.splice(0)) send()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }
}
