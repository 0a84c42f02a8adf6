import { ShoalError } from '../../base/errors.ts'
import { isLocalAddress } from '../../base/local-address.ts'
import { resolveHost as resolveBySystem } from '../resolve.node.ts'
import type { ResolvedAddress, ResolveHost } from '../resolve.ts'
import type { Route } from '../route.node.ts'
import { HttpConnection } from './http-connection.node.ts'
import {
  type HttpRanges,
  type HttpRangesOptions,
  MAX_REDIRECTS,
  RangeFailure,
  type RangeReading,
  type RangeRequest,
  type RangeSink,
} from './http-ranges.ts'
import { checkAnswer, type RangeAnswer } from './range-answer.ts'
import { redirectTarget } from './redirect.ts'
import type { ResponseHead } from './response-head.ts'

/**
 * Number of redirects that are remembered, so that a mirror chooser is queried once per file and
 * not for each range of it.
 */
const MAX_KEPT_REDIRECTS = 1000
/** Bodies of redirects up to this size are read, so that the connection can be used again. */
const SKIPPED_BODY_BYTES = 64 * 1024

export interface NodeRangesOptions extends HttpRangesOptions {
  /** Returns whether an address is in the local network. For tests. */
  readonly isLocal?: (host: string) => boolean
  /** Trusted certificates in place of the system's, in PEM. */
  readonly ca?: string
  /** Route to the servers. Default: the system's own. */
  readonly route?: Route | undefined
  /** Milliseconds since the Unix epoch. */
  readonly unixMs?: () => number
}

export function openHttpRanges(options: NodeRangesOptions): HttpRanges {
  return new NodeHttpRanges(options)
}

/**
 * Sends requests over persistent connections. Each web seed has its own instance, and so its own
 * connections.
 */
class NodeHttpRanges implements HttpRanges {
  readonly options: NodeRangesOptions
  readonly #connections = new Map<string, Set<HttpConnection>>()
  readonly #redirects = new Map<string, string>()

  constructor(options: NodeRangesOptions) {
    this.options = options
  }

  read(request: RangeRequest, sink: RangeSink): RangeReading {
    return new Reading(this, request, sink)
  }

  closeIdle(): void {
    for (const connections of this.#connections.values())
      for (const connection of [...connections]) if (!connection.isBusy) connection.close()
  }

  get resolveHost(): ResolveHost {
    return this.options.route?.resolveHost ?? resolveBySystem
  }

  /** Returns a free connection, or a new one. Rejects only if there is a route. */
  async connection(
    url: URL,
    address: ResolvedAddress,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<HttpConnection> {
    const secure = url.protocol === 'https:'
    const key = `${secure} ${url.host} ${address.host}`
    const known = this.#connections.get(key) ?? new Set()
    this.#connections.set(key, known)
    for (const connection of known) {
      if (connection.isBusy || connection.isClosed) continue
      if (!fresh) return connection
      connection.close()
    }
    const hostname = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port) || (secure ? 443 : 80)
    const { ca, route } = this.options
    const socket = await route?.connect({ host: address.host, port }, { signal })
    const connection = new HttpConnection(
      { secure, hostname, port, address, ...(socket && { socket }), ...(ca !== undefined && { ca }) },
      () => {
        known.delete(connection)
        if (known.size === 0) this.#connections.delete(key)
      },
    )
    known.add(connection)
    this.#connections.set(key, known)
    return connection
  }

  redirectedUrl(url: string): string {
    return this.#redirects.get(url) ?? url
  }

  keepRedirect(from: string, to: string): void {
    if (this.#redirects.size >= MAX_KEPT_REDIRECTS) this.#redirects.clear()
    this.#redirects.set(from, to)
  }

  /** Returns whether a redirect was remembered: then its target may have caused the failure. */
  dropRedirect(from: string): boolean {
    return this.#redirects.delete(from)
  }
}

class Reading implements RangeReading {
  readonly #ranges: NodeHttpRanges
  readonly #request: RangeRequest
  readonly #sink: RangeSink
  readonly #abort = new AbortController()
  #connection: HttpConnection | null = null
  #left: number
  /** Bytes of the response before the requested ones. */
  #skip = 0
  /** Requested bytes that the response still has. */
  #coming = 0
  #paused = false
  #over = false
  #redirects = 0
  #answer: RangeAnswer | null = null
  #startedOutside: boolean | undefined
  /** Target of the redirect that is arriving. */
  #next: URL | null = null

  constructor(ranges: NodeHttpRanges, request: RangeRequest, sink: RangeSink) {
    this.#ranges = ranges
    this.#request = request
    this.#sink = sink
    this.#left = request.lengthBytes
    this.#begin(ranges.redirectedUrl(request.url))
  }

  pause(): void {
    this.#paused = true
    this.#connection?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#connection?.resume()
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#abort.abort(new ShoalError('closed', 'the request was given up'))
    this.#connection?.close()
  }

  #begin(url: string, fresh = false): void {
    this.#send(new URL(url), fresh).catch(error => this.#fail(error))
  }

  async #send(url: URL, fresh: boolean): Promise<void> {
    const address = await this.#address(url)
    if (this.#over) return
    const { signal } = this.#abort
    const connection = await this.#ranges.connection(url, address, fresh, signal)
    if (this.#over) return connection.close()
    const reused = connection.used
    this.#connection = connection
    // A paused reading still receives the head of the response: only the body is held back.
    connection.resume()
    connection.request(this.#head(url), {
      onHead: head => this.#onHead(head, url),
      onBody: bytes => this.#onBody(bytes),
      onDone: () => this.#onDone(url),
      onFailure: (error, answered) => {
        // RFC 9112, 9.3.1: the server may have closed a persistent connection while the request was
        // in flight.
        if (reused && !answered && !this.#over) this.#begin(url.href, true)
        else this.#fail(error)
      },
    })
  }

  /** Connect to the address that was checked, whatever the name resolves to later. */
  async #address(url: URL): Promise<ResolvedAddress> {
    const { isLocal = isLocalAddress } = this.#ranges.options
    const { resolveHost } = this.#ranges
    const [address] = await resolveHost(url.hostname, { signal: this.#abort.signal })
    const local = isLocal(address!.host)
    this.#startedOutside ??= !isLocal((await this.#firstAddress(url, address!)).host)
    if (!local) return address!
    // A torrent from a stranger must not make us send arbitrary requests to services of this
    // machine or network.
    if (this.#startedOutside) throw new RangeFailure('server-gone', 'it redirects into the local network')
    if (url.search !== '')
      throw new RangeFailure(
        'server-gone',
        'web seeds in the local network must have no query (?) in their URL',
      )
    return address!
  }

  /** Returns the origin of the URL in the torrent, even if a remembered redirect led elsewhere. */
  async #firstAddress(url: URL, address: ResolvedAddress): Promise<ResolvedAddress> {
    const { hostname } = new URL(this.#request.url)
    if (hostname === url.hostname) return address
    return (await this.#ranges.resolveHost(hostname, { signal: this.#abort.signal }))[0]!
  }

  /** The request for the missing bytes. */
  get #rest(): RangeRequest {
    const { start, lengthBytes } = this.#request
    return { ...this.#request, start: start + lengthBytes - this.#left, lengthBytes: this.#left }
  }

  #head(url: URL): string {
    const { start, lengthBytes } = this.#rest
    const user = decodeURIComponent(url.username)
    const password = decodeURIComponent(url.password)
    const secret = user === '' ? '' : `Authorization: Basic ${btoaUtf8(`${user}:${password}`)}\r\n`
    const userAgent = this.#ranges.options.userAgent.replace(/[^\x20-\x7e]/g, '')
    const client = userAgent === '' ? '' : `User-Agent: ${userAgent}\r\n`
    return (
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n${client}${secret}` +
      `Accept: */*\r\nAccept-Encoding: identity\r\nRange: bytes=${start}-${start + lengthBytes - 1}\r\n\r\n`
    )
  }

  #onHead(head: ResponseHead, url: URL): boolean {
    if (this.#over) return false
    try {
      const to = redirectTarget(head.status, head.headers.get('location'), url)
      if (to) return this.#redirect(to, head)
      const { unixMs = Date.now } = this.#ranges.options
      this.#answer = checkAnswer(
        { status: head.status, header: name => head.headers.get(name) },
        this.#rest,
        unixMs(),
        this.#answer,
      )
      this.#skip = this.#answer.skipBytes
      this.#coming = this.#answer.lengthBytes
    } catch (error) {
      // Not within the socket's read callback, because the sink may do anything.
      queueMicrotask(() => this.#fail(error))
      return false
    }
    if (this.#paused) this.#connection!.pause()
    return true
  }

  /** Follows the redirect once its own response is read. */
  #redirect(to: URL, head: ResponseHead): boolean {
    if (++this.#redirects > MAX_REDIRECTS)
      throw new RangeFailure('server-later', `it redirects more than ${MAX_REDIRECTS} times`)
    const length = Number(head.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
    this.#next = to
    if (length <= SKIPPED_BODY_BYTES) return true
    queueMicrotask(() => this.#follow())
    return false
  }

  #follow(): void {
    const to = this.#next!
    this.#next = null
    if (this.#over) return
    this.#ranges.keepRedirect(this.#request.url, to.href)
    this.#begin(to.href)
  }

  #onBody(bytes: Uint8Array): void {
    if (this.#over || this.#next) return
    const from = Math.min(this.#skip, bytes.length)
    this.#skip -= from
    if (from === bytes.length) return
    const wanted = bytes.subarray(from, from + this.#coming)
    this.#left -= wanted.length
    this.#coming -= wanted.length
    if (wanted.length > 0) this.#sink.onData(wanted)
    // A server without support for ranges sends the rest of the file too.
    const surplus = from + wanted.length < bytes.length
    if (this.#left === 0 && !this.#over && (surplus || this.#connection!.isOpenEnded)) {
      this.#connection!.close()
      this.#end()
    }
  }

  #onDone(url: URL): void {
    if (this.#over) return
    if (this.#next) this.#follow()
    else if (this.#left === 0) this.#end()
    else if (this.#coming === 0) this.#begin(url.href)
    else this.#fail(new ShoalError('unreachable', `${url.host}: its answer is shorter than it said`))
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#sink.onEnd()
  }

  #fail(error: unknown): void {
    if (this.#over) return
    // A remembered redirect may lead to a mirror that no longer exists: the chooser is queried
    // again, once.
    if (
      this.#ranges.dropRedirect(this.#request.url) &&
      this.#redirects === 0 &&
      this.#left === this.#request.lengthBytes
    ) {
      this.#redirects = 1
      return this.#begin(this.#request.url)
    }
    this.#over = true
    this.#sink.onFailure(asFailure(error))
  }
}

function asFailure(error: unknown): RangeFailure {
  if (error instanceof RangeFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new RangeFailure('server-later', message, { cause: error })
}

function btoaUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
