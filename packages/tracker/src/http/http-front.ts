/**
 * The tracker's own HTTP listener. node:http allocates a dozen objects for each short announce;
 * this parses requests in the socket's buffer and writes responses into one buffer. It supports
 * pipelining.
 */
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { AddressSet } from '../access/address-set.ts'
import { CALLER, type CallerKind, isMachineHost } from '../access/caller.ts'
import { ConnectionCounts } from '../access/connection-counts.ts'
import { addressText, readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { FAMILY } from '../store.ts'
import type { Tracker } from '../tracker.ts'
import type { WebSocketFront } from '../ws/web-socket-front.ts'
import { BodyWriter, MAX_BODY_BYTES } from './body.ts'
import { Connection } from './connection.ts'
import { HEAD, headerObject, MAX_HEAD_BYTES, RequestHead } from './head.ts'
import { Responder } from './responder.ts'
import { isTrackerPath } from './target.ts'

/** A response to a request that is neither an announce nor a scrape. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The sender of a request for a page. */
export interface PageCaller {
  readonly address: string
  /** False if the address may be a proxy's, and for pages of other sites. */
  readonly isDirect: boolean
  /** Whether the address is one of the internet, not of this machine or its network. */
  readonly isWorld: boolean
}

export interface HttpFrontOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Handles upgrades. Default: upgrades are rejected. */
  readonly webSockets?: WebSocketFront
  /** Addresses and networks of proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies?: readonly string[]
  /**
   * Maximum number of connections, without WebSockets. Further ones are closed at once. Default
   * 20,000.
   */
  readonly maxConnections?: number
  /**
   * Whether other processes may listen on the same port; the system spreads connections over them.
   * Default false.
   */
  readonly reusePort?: boolean
  /**
   * Called for each request through an untrusted proxy at this address: all its clients count as
   * one.
   */
  readonly onUnnamedProxy?: (address: string) => void
  /**
   * Takes over connections at the first request that is not for the tracker, regardless of its
   * method, path or body, with that request unread. `takeOver` passes them to a server of
   * node:http, to which the tracker is attached for later announces on the connection. Default:
   * such requests are answered with 404 or 400.
   */
  readonly others?: (socket: Socket) => void
  /** Answers GET requests for other paths; null for status 404. No effect if `others` is set. */
  readonly page?: (path: string, caller: PageCaller) => PageAnswer | null | Promise<PageAnswer | null>
}

const IDLE_MS = 30_000
const TIDY_MS = 5000
const MAX_CONNECTIONS = 20_000
/** Responses are written in batches of this size; the buffer has room for one more response. */
const BATCH_BYTES = 32_768
const LENGTH_DIGITS = 6
const HEAD_TEXT = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${' '.repeat(LENGTH_DIGITS)}\r\n`
const KEPT = Buffer.from(`${HEAD_TEXT}\r\n`)
const CLOSED = Buffer.from(`${HEAD_TEXT}Connection: close\r\n\r\n`)
const LENGTH_AT = HEAD_TEXT.length - LENGTH_DIGITS - 2
const MALFORMED = { status: 400, headers: {}, body: 'This tracker does not understand the request\n' }
const NOT_FOUND = { status: 404, headers: {}, body: 'Not found: announce at /announce\n' }
const FAILED = { status: 500, headers: {}, body: 'The tracker failed: try again later\n' }

export class HttpFront {
  readonly #tracker: Tracker
  readonly #options: HttpFrontOptions
  readonly #responder: Responder
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  readonly #counts: ConnectionCounts
  readonly #proxies: AddressSet
  readonly #head = new RequestHead()
  readonly #forwarded = new Int32Array(4)
  /** The address of the client whose request is being answered. */
  #family: 0 | 1 = FAMILY.ipv4
  #caller = this.#forwarded
  readonly #tidier: NodeJS.Timeout
  #body = newBody()
  #closed: Promise<void> | undefined

  /** Resolves when it is listening. Rejects with the system's error. */
  static async open(tracker: Tracker, options: HttpFrontOptions): Promise<HttpFront> {
    const front = new HttpFront(tracker, options)
    try {
      await new Promise<void>((resolve, reject) => {
        front.#server.once('error', reject)
        const { host, port, reusePort = false } = options
        // Otherwise `::` also takes the port of all IPv4 addresses, where another front may listen.
        front.#server.listen({ host, port, reusePort, ipv6Only: isIPv6(host), backlog: 4096 }, resolve)
      })
    } catch (error) {
      clearInterval(front.#tidier)
      throw error
    }
    return front
  }

  private constructor(tracker: Tracker, options: HttpFrontOptions) {
    this.#tracker = tracker
    this.#options = options
    this.#responder = new Responder(tracker)
    this.#counts = new ConnectionCounts(tracker.access.connectionsPerAddress, tracker.access.isMachineTrusted)
    this.#proxies = new AddressSet(options.trustedProxies ?? [])
    this.#server = createServer(socket => this.#open(socket))
    this.#tidier = setInterval(() => this.#tidy(), TIDY_MS).unref()
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Accepts no further connections. Those that are open are served until `close`. */
  stopAccepting(): void {
    this.#closed ??= new Promise(resolve => this.#server.close(() => resolve()))
  }

  async close(): Promise<void> {
    clearInterval(this.#tidier)
    this.stopAccepting()
    for (const { socket } of [...this.#connections]) socket.destroy()
    await this.#closed
  }

  #open(socket: Socket): void {
    const connection = new Connection(socket, this.#tracker.nowMs())
    socket.on('error', () => socket.destroy())
    if (!this.#admits(connection)) {
      socket.destroy()
      return
    }
    this.#connections.add(connection)
    socket.on('data', (bytes: Buffer) => this.#receive(connection, bytes))
    socket.once('close', () => this.#forget(connection))
  }

  #admits(connection: Connection): boolean {
    const { family, words, address } = connection
    // The server's own limit would count WebSockets too.
    if (family === null || this.#connections.size >= (this.#options.maxConnections ?? MAX_CONNECTIONS))
      return false
    // All clients of a proxy share one address; limiting them is the proxy's task.
    if (this.#proxies.has(family, words)) return true
    connection.isCounted = this.#counts.admits(address)
    return connection.isCounted
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection)
    if (connection.isCounted) this.#counts.release(connection.address)
    connection.isCounted = false
  }

  #receive(connection: Connection, bytes: Buffer): void {
    // Ignore what arrives after the last response.
    if (connection.socket.writableEnded || connection.socket.destroyed) return
    const all = connection.rest === null ? bytes : Buffer.concat([connection.rest, bytes])
    connection.rest = null
    if (connection.isBusy) this.#keepRest(connection, all)
    else this.#answerAll(connection, all)
  }

  /** Answers all requests that have arrived. */
  #answerAll(connection: Connection, bytes: Buffer): void {
    const head = this.#head
    this.#body.end = 0
    for (let from = 0; from < bytes.length; ) {
      const end = head.read(bytes, from, bytes.length)
      if (end === HEAD.incomplete) {
        this.#flush(connection, false)
        this.#keepRest(connection, bytes.subarray(from))
        return
      }
      if (end === HEAD.malformed) return this.#passOn(connection, bytes.subarray(from), MALFORMED)
      const kind = this.#identifyCaller(connection, bytes)
      if (head.hasBody) return this.#passOn(connection, bytes.subarray(from), MALFORMED)
      if (head.isUpgrade && this.#isUpgradeOurs(bytes))
        return this.#upgrade(connection, bytes, from, end, kind)
      if (!this.#readCallerAddress(connection, bytes)) return this.#sendPage(connection, MALFORMED, false)
      const { isKeptAlive } = head
      const outcome =
        head.isGet && !(head.isUpgrade && this.#options.others) ? this.#answer(bytes, kind) : false
      if (outcome === false && this.#options.others)
        return this.#passOn(connection, bytes.subarray(from), NOT_FOUND)
      if (outcome !== true) return this.#answerLater(connection, outcome, bytes, end, kind)
      if (!isKeptAlive) return this.#flush(connection, true)
      if (this.#body.end > BATCH_BYTES) this.#flush(connection, false)
      from = end
    }
    connection.sinceMs = this.#tracker.nowMs()
    connection.expectMore()
    this.#flush(connection, false)
  }

  /** Appends the response to one request. */
  #answer(bytes: Buffer, kind: CallerKind): boolean | Promise<(body: BodyWriter) => void> {
    const { targetFrom, targetTo, isKeptAlive } = this.#head
    const start = this.#body.end
    beginResponse(this.#body, isKeptAlive)
    const outcome = this.#responder.respond(
      bytes,
      targetFrom,
      targetTo,
      this.#family,
      this.#caller,
      this.#body,
      kind,
    )
    if (outcome === true) endResponse(this.#body, start, isKeptAlive)
    else this.#body.end = start
    return outcome
  }

  /**
   * Answers a request asynchronously: a page, or an announce with an asynchronous store. Later
   * requests of the connection wait for it.
   */
  #answerLater(
    connection: Connection,
    outcome: false | Promise<(body: BodyWriter) => void>,
    bytes: Buffer,
    end: number,
    kind: CallerKind,
  ): void {
    const { isKeptAlive, targetFrom, targetTo, isGet } = this.#head
    this.#flush(connection, false)
    connection.isBusy = true
    this.#keepRest(connection, bytes.subarray(end))
    const finish = outcome
      ? outcome.then(write => {
          this.#body.end = 0
          beginResponse(this.#body, isKeptAlive)
          write(this.#body)
          endResponse(this.#body, 0, isKeptAlive)
          this.#flush(connection, !isKeptAlive)
        })
      : this.#page(isGet ? bytes.toString('latin1', targetFrom, targetTo) : '', kind).then(page =>
          this.#sendPage(connection, page, isKeptAlive),
        )
    finish.then(
      () => this.#resume(connection),
      () => this.#sendPage(connection, FAILED, false),
    )
  }

  #resume(connection: Connection): void {
    connection.isBusy = false
    connection.sinceMs = this.#tracker.nowMs()
    const { rest, socket } = connection
    connection.rest = null
    if (socket.destroyed || socket.writableEnded) return
    if (rest !== null) this.#answerAll(connection, rest)
    socket.resume()
  }

  async #page(target: string, kind: CallerKind): Promise<PageAnswer> {
    const caller = {
      address: addressText(this.#family, this.#caller),
      isDirect: kind === CALLER.direct,
      isWorld: scopeOf(this.#family, this.#caller) === SCOPE.world,
    }
    return (await this.#options.page?.(target.split('?', 1)[0]!, caller)) ?? NOT_FOUND
  }

  #sendPage(connection: Connection, { status, headers, body }: PageAnswer, isKeptAlive: boolean): void {
    const fields = {
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
      'Content-Length': Buffer.byteLength(body),
      ...(!isKeptAlive && { Connection: 'close' }),
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    this.#flush(connection, false)
    connection.send(
      Buffer.from(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines.join('')}\r\n${body}`),
      !isKeptAlive,
    )
  }

  #upgrade(connection: Connection, bytes: Buffer, from: number, end: number, kind: CallerKind): void {
    const { socket } = connection
    const { targetFrom, targetTo } = this.#head
    const forwarded = this.#forwardedText(connection, bytes)
    this.#flush(connection, false)
    socket.removeAllListeners('data')
    // From now on it counts as a WebSocket.
    this.#forget(connection)
    const headers = headerObject(bytes, from, end)
    const request = { method: 'GET', url: bytes.toString('latin1', targetFrom, targetTo), headers, socket }
    const rest = Buffer.from(bytes.subarray(end))
    this.#options.webSockets!.upgrade(
      request as unknown as IncomingMessage,
      socket,
      rest,
      forwarded ?? connection.address,
      kind,
    )
  }

  /**
   * Whether this is the path of the tracker's WebSocket, or any path if there is no other upgrade
   * handler.
   */
  #isUpgradeOurs(bytes: Buffer): boolean {
    if (!this.#options.webSockets || !this.#options.others) return this.#options.webSockets !== undefined
    return isTrackerPath(bytes.toString('latin1', this.#head.targetFrom, this.#head.targetTo))
  }

  /**
   * Passes the connection on, with `rest` as the next bytes to be read from it. Sends the answer
   * if no handler accepts it.
   */
  #passOn(connection: Connection, rest: Buffer, answer: PageAnswer): void {
    const { others } = this.#options
    if (!others) return this.#sendPage(connection, answer, false)
    const { socket } = connection
    this.#flush(connection, false)
    if (socket.destroyed || socket.writableEnded) return
    // It stays counted until it closes.
    connection.isPassedOn = true
    socket.removeAllListeners('data')
    socket.removeAllListeners('error')
    // Like servers of node:http: a client may end its side while it waits for the response.
    socket.allowHalfOpen = true
    socket.pause()
    socket.unshift(rest)
    others(socket)
    socket.resume()
  }

  #identifyCaller({ family, words, address }: Connection, bytes: Buffer): CallerKind {
    const { isForwarded, isCrossSite, forwardedTo, hostFrom, hostTo } = this.#head
    if (isCrossSite) return CALLER.foreignPage
    if (forwardedTo > 0 && this.#proxies.has(family!, words)) return CALLER.direct
    if (isForwarded) {
      if (!this.#proxies.has(family!, words)) this.#options.onUnnamedProxy?.(address)
      return CALLER.unknown
    }
    if (hostTo === hostFrom || scopeOf(family!, words) !== SCOPE.machine) return CALLER.direct
    return isMachineHost(bytes, hostFrom, hostTo) ? CALLER.direct : CALLER.unknown
  }

  /**
   * Determines the client's address, possibly through a trusted proxy. Returns false if there is
   * none.
   */
  #readCallerAddress(connection: Connection, bytes: Buffer): boolean {
    const text = this.#forwardedText(connection, bytes)
    const family = text === null ? connection.family : readAddress(text, this.#forwarded)
    if (family === null) return false
    this.#family = family
    this.#caller = text === null ? connection.words : this.#forwarded
    return true
  }

  // The proxy appends the address it sees; earlier ones may be forged.
  #forwardedText({ family, words }: Connection, bytes: Buffer): string | null {
    const { forwardedFrom, forwardedTo } = this.#head
    if (forwardedTo === 0 || !this.#proxies.has(family!, words)) return null
    return bytes.toString('latin1', forwardedFrom, forwardedTo).split(',').at(-1)!.trim()
  }

  #keepRest(connection: Connection, rest: Buffer): void {
    if (rest.length > MAX_HEAD_BYTES) {
      if (!connection.isBusy) return this.#passOn(connection, rest, MALFORMED)
      connection.socket.pause()
    }
    // Copy it: a small view would keep the entire read buffer alive.
    connection.rest = rest.length === 0 ? null : Buffer.from(rest)
  }

  #flush(connection: Connection, isLast: boolean): void {
    const { bytes, end } = this.#body
    if (end === 0) {
      if (isLast) connection.socket.end()
      return
    }
    if (connection.send(bytes.subarray(0, end), isLast)) this.#body.end = 0
    else this.#body = newBody()
  }

  #tidy(): void {
    const oldestMs = this.#tracker.nowMs() - IDLE_MS
    for (const connection of [...this.#connections])
      if (!connection.isBusy && !connection.isPassedOn && connection.sinceMs < oldestMs)
        connection.socket.destroy()
  }
}

function newBody(): BodyWriter {
  return new BodyWriter(new Uint8Array(BATCH_BYTES + MAX_BODY_BYTES + 256))
}

function beginResponse(body: BodyWriter, isKeptAlive: boolean): void {
  const head = isKeptAlive ? KEPT : CLOSED
  body.bytes.set(head, body.end)
  body.end += head.length
}

/** Writes the content length into the head at `start`. */
function endResponse(body: BodyWriter, start: number, isKeptAlive: boolean): void {
  let length = body.end - start - (isKeptAlive ? KEPT : CLOSED).length
  for (let at = start + LENGTH_AT + LENGTH_DIGITS - 1; length > 0; at--) {
    body.bytes[at] = 0x30 + (length % 10)
    length = Math.floor(length / 10)
  }
}

function reasonPhrase(status: number): string {
  return (
    {
      200: 'OK',
      400: 'Bad Request',
      404: 'Not Found',
      500: 'Internal Server Error',
      503: 'Service Unavailable',
    }[status] ?? 'Answer'
  )
}
