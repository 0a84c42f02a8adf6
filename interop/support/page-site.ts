/** The share page on a static host with a tracker at `/announce`. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { DIST } from '../../apps/web/scripts/build-console.ts'
import { Tracker, WebSocketFront } from '../../packages/tracker/src/index.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/** The built page. Vitest builds it before the tests. */
const BUILT_PAGE = join(DIST, 'share')

/** `await using site = await PageSite.start()` */
export class PageSite implements AsyncDisposable {
  /** Served folder. */
  readonly folder: string
  #server!: Server
  #tracker: { tracker: Tracker; front: WebSocketFront } | null = null
  #port = 0
  #withheld: RegExp | null = null
  /** Replaces the content of `share.json`. */
  config: unknown = null
  /** Requested paths, including the query. */
  readonly requested: string[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  static async start(folder = BUILT_PAGE): Promise<PageSite> {
    const site = new PageSite(folder)
    await site.serve()
    site.startTracker()
    return site
  }

  /** A page without any tracker, but with these nodes of the Shoal network. */
  static async withoutTracker(...nodes: readonly string[]): Promise<PageSite> {
    const site = await PageSite.start()
    await site.stopTracker()
    site.config = { trackers: [], nodes }
    return site
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  get announce(): string {
    return `ws://127.0.0.1:${this.#port}/announce`
  }

  /** Answers requests for matching paths with 404 from now on. */
  withhold(paths: RegExp): void {
    this.#withheld = paths
  }

  startTracker(): void {
    const tracker = new Tracker()
    this.#tracker = { tracker, front: new WebSocketFront(tracker) }
  }

  async stopTracker(): Promise<void> {
    const running = this.#tracker
    this.#tracker = null
    running?.front.close()
    await running?.tracker.close()
  }

  /** Starts serving; after `goAway`, at the same address again. */
  async serve(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.requested.push(request.url!)
      const { pathname } = new URL(request.url!, 'http://page')
      const wanted = join(this.folder, normalize(decodeURIComponent(pathname)))
      const path = pathname === '/' ? join(this.folder, 'index.html') : wanted
      if (pathname === '/share.json' && this.config !== null)
        return void response.end(JSON.stringify(this.config))
      const isFile = path.startsWith(this.folder) && existsSync(path) && statSync(path).isFile()
      if (!isFile || this.#withheld?.test(pathname)) return void response.writeHead(404).end()
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
      response.end(readFileSync(path))
    })
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.#tracker && request.url === '/announce') this.#tracker.front.upgrade(request, socket, head)
      else socket.destroy()
    })
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Simulates a host that is down. */
  async goAway(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopTracker()
    await this.goAway()
  }
}
