/** Parts of files from FTP servers (BEP 19; RFC 959 in passive mode, RFC 2428, RFC 3659). */

import { codeOf, messageOf, ShoalError } from '../../base/errors.ts'
import { connectDirectly } from '../connect-directly.node.ts'
import {
  type HttpRanges,
  RangeFailure,
  type RangeReading,
  type RangeRequest,
  type RangeSink,
} from '../http/http-ranges.ts'
import { MAX_SKIPPED_BYTES } from '../http/range-answer.ts'
import { InputShare } from '../input-budget.ts'
import { resolveHost as resolveBySystem } from '../resolve.node.ts'
import type { Route } from '../route.node.ts'
import { FtpConnection, FtpRefusal, type FtpTransfer } from './ftp-connection.node.ts'

const FTP_PORT = 21
/** Maximum number of file names whose size was compared. */
const MAX_CHECKED = 10_000

export interface FtpRangesOptions {
  /** Route to the servers. Default: the system's own. */
  readonly route?: Route | undefined
}

/** Reads ranges over persistent control connections. Each web seed has its own instance. */
export class FtpRanges implements HttpRanges {
  readonly #options: FtpRangesOptions
  readonly #connections = new Map<string, Set<FtpConnection>>()
  readonly #checked = new WeakMap<FtpConnection, Set<string>>()

  constructor(options: FtpRangesOptions) {
    this.#options = options
  }

  read(request: RangeRequest, sink: RangeSink): RangeReading {
    return new Reading(this, request, sink)
  }

  closeIdle(): void {
    for (const known of this.#connections.values())
      for (const connection of [...known])
        if (!connection.isBusy) {
          connection.close()
          known.delete(connection)
        }
  }

  /** Returns a free connection, marked as busy, or a new one. */
  async connection(url: URL, fresh: boolean, signal: AbortSignal): Promise<FtpConnection> {
    const login = loginOf(url)
    const key = JSON.stringify([url.host, login])
    const known = this.#connections.get(key) ?? new Set()
    this.#connections.set(key, known)
    for (const each of [...known]) {
      if (each.isBusy && !each.isClosed) continue
      if (each.isClosed || fresh) {
        each.close()
        known.delete(each)
        continue
      }
      each.isBusy = true
      return each
    }
    const { route } = this.#options
    const [address] = await (route?.resolveHost ?? resolveBySystem)(url.hostname, { signal })
    const connect = route?.connect ?? connectDirectly
    // Data comes from the requested host, regardless of the address in the reply.
    const { host } = address!
    const opened = await FtpConnection.open(
      { port: Number(url.port) || FTP_PORT, login },
      (port, signal) => connect({ host, port }, { signal }),
      signal,
    )
    opened.isBusy = true
    known.add(opened)
    return opened
  }

  /** Servers that do not report sizes are trusted: pieces are verified. */
  async checkSize(connection: FtpConnection, path: string, fileBytes: number): Promise<void> {
    const checked = this.#checked.get(connection) ?? new Set()
    if (checked.has(path)) return
    const size = await connection.size(path)
    if (size !== null && size !== fileBytes)
      throw new RangeFailure(
        'file-gone',
        `it has another file of that name: of ${size} bytes, the torrent's has ${fileBytes}`,
      )
    if (checked.size >= MAX_CHECKED) checked.clear()
    this.#checked.set(connection, checked.add(path))
  }
}

class Reading implements RangeReading {
  readonly #ranges: FtpRanges
  readonly #request: RangeRequest
  readonly #sink: RangeSink
  readonly #abort = new AbortController()
  #connection: FtpConnection | null = null
  #transfer: FtpTransfer | null = null
  #skip = 0
  #left: number
  #isPaused = false
  #over = false
  readonly #share = new InputShare()

  constructor(ranges: FtpRanges, request: RangeRequest, sink: RangeSink) {
    this.#ranges = ranges
    this.#request = request
    this.#sink = sink
    this.#left = request.lengthBytes
    this.#begin(false).catch(error => this.#fail(error))
  }

  pause(): void {
    this.#isPaused = true
    this.#transfer?.data.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#readOn()
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#abort.abort(new ShoalError('closed', 'the request was given up'))
    this.#transfer?.data.destroy()
    this.#connection?.close()
  }

  async #begin(fresh: boolean): Promise<void> {
    const { signal } = this.#abort
    const url = new URL(this.#request.url)
    const path = pathOf(url)
    const connection = await this.#ranges.connection(url, fresh, signal)
    if (this.#over) return connection.close()
    this.#connection = connection
    const { start, fileBytes } = this.#request
    try {
      await this.#ranges.checkSize(connection, path, fileBytes)
      this.#transfer = await connection.retrieve(path, start, signal)
    } catch (error) {
      // A refusal leaves the connection usable; the server may have closed one that was idle.
      if (isRefusal(error)) connection.isBusy = false
      else if (connection.used && !fresh && !this.#over) return this.#begin(true)
      throw error
    }
    if (this.#over) {
      this.#transfer.data.destroy()
      return
    }
    const { data, isWhole } = this.#transfer
    this.#skip = isWhole ? start : 0
    if (this.#skip > MAX_SKIPPED_BYTES) {
      connection.close()
      throw new RangeFailure('file-gone', 'it sends files only from their start (it does not know REST)')
    }
    data.on('data', (bytes: Uint8Array) => this.#received(bytes))
    data.on('close', () => this.#fail(new ShoalError('unreachable', `${url.host}: the file ended too early`)))
    this.#readOn()
  }

  #received(bytes: Uint8Array): void {
    this.#share.spend(() => this.#read(bytes))
    if (this.#over || !this.#share.isUsed) return
    this.#transfer!.data.pause()
    this.#share.wait(this.#readOn)
  }

  readonly #readOn = () => {
    if (!this.#over && !this.#isPaused && !this.#share.isWaiting) this.#transfer?.data.resume()
  }

  #read(bytes: Uint8Array): void {
    if (this.#over) return
    const from = Math.min(this.#skip, bytes.length)
    this.#skip -= from
    if (from === bytes.length) return
    const wanted = bytes.subarray(from, from + this.#left)
    this.#left -= wanted.length
    this.#sink.onData(wanted)
    if (this.#left > 0 || this.#over) return
    this.#over = true
    this.#connection!.finish(this.#transfer!)
    this.#sink.onEnd()
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#transfer?.data.destroy()
    if (!isRefusal(error)) this.#connection?.close()
    this.#sink.onFailure(rangeFailure(error))
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RangeFailure || error instanceof FtpRefusal
}

/** Converts any error to a failure of a range. */
function rangeFailure(error: unknown): RangeFailure {
  if (error instanceof RangeFailure) return error
  if (!(error instanceof FtpRefusal))
    return new RangeFailure(
      codeOf(error) === 'unsupported' ? 'server-gone' : 'server-later',
      messageOf(error),
      { cause: error },
    )
  const { ftpCode, isOfLogin } = error
  if (isOfLogin && (ftpCode >= 500 || ftpCode < 400))
    return new RangeFailure('server-gone', `the login at it failed (FTP ${ftpCode})`)
  if (ftpCode === 550 || ftpCode === 553 || ftpCode === 450)
    return new RangeFailure('file-later', `it does not give the file (FTP ${ftpCode})`)
  if (ftpCode === 530) return new RangeFailure('server-gone', 'it wants a login (FTP 530)')
  return new RangeFailure('server-later', error.message)
}

/** RFC 1738, 3.2.1: a guest. RFC 1635: the user's own address is not revealed. */
function loginOf(url: URL) {
  const user = decode(url.username) || 'anonymous'
  return { user, password: url.username === '' ? 'guest@' : decode(url.password) }
}

/** RFC 1738, 3.2.2: relative to the folder after login. */
function pathOf(url: URL): string {
  if (url.search !== '') throw new RangeFailure('server-gone', 'FTP URLs of web seeds have no query (?)')
  return decode(url.pathname.slice(1))
}

function decode(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw new RangeFailure('server-gone', 'the percent-encoding of its URL is not UTF-8')
  }
  // These characters would end a command and start another.
  if (/[\r\n\0]/.test(decoded)) throw new RangeFailure('file-gone', 'FTP has no names with line breaks')
  return decoded
}
