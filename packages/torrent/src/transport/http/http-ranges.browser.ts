import { messageOf } from '../../base/errors.ts'
import {
  type HttpRanges,
  type OpenHttpRanges,
  RangeFailure,
  type RangeReading,
  type RangeRequest,
  type RangeSink,
} from './http-ranges.ts'
import { checkAnswer, type RangeAnswer } from './range-answer.ts'

/**
 * `fetch` with a Range header: the browser pools connections, follows redirects, and reads only
 * from servers that allow it (CORS). It keeps pages out of the local network by its own rules.
 */
export const openHttpRanges: OpenHttpRanges = () => new BrowserHttpRanges()

class BrowserHttpRanges implements HttpRanges {
  read(request: RangeRequest, sink: RangeSink): RangeReading {
    const reading = new Reading(request, sink)
    void reading.run()
    return reading
  }

  closeIdle(): void {
    // The browser manages its connections itself.
  }
}

class Reading implements RangeReading {
  readonly #request: RangeRequest
  readonly #sink: RangeSink
  readonly #abort = new AbortController()
  #left: number
  #answer: RangeAnswer | null = null
  #resume: (() => void) | null = null
  #paused = false

  constructor(request: RangeRequest, sink: RangeSink) {
    this.#request = request
    this.#sink = sink
    this.#left = request.lengthBytes
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#resume?.()
    this.#resume = null
  }

  close(): void {
    this.#abort.abort()
    this.resume()
  }

  async run(): Promise<void> {
    const { signal } = this.#abort
    try {
      while (this.#left > 0 && !signal.aborted) await this.#read(signal)
      if (!signal.aborted) this.#sink.onEnd()
    } catch (error) {
      if (signal.aborted) return
      const failure = error instanceof RangeFailure ? error : unreachable(error)
      this.#sink.onFailure(failure)
    } finally {
      this.#abort.abort()
    }
  }

  /** Reads the part of the range in one answer. */
  async #read(signal: AbortSignal): Promise<void> {
    const done = this.#request.lengthBytes - this.#left
    const rest = { ...this.#request, start: this.#request.start + done, lengthBytes: this.#left }
    const { start, lengthBytes, url } = rest
    const { href, secret } = withoutCredentials(url)
    const response = await fetch(href, {
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { range: `bytes=${start}-${start + lengthBytes - 1}`, ...secret },
    })
    this.#answer = checkAnswer(
      { status: response.status, header: name => visibleHeader(response, name, rest) },
      rest,
      Date.now(),
      this.#answer,
    )
    let { skipBytes: skip, lengthBytes: coming } = this.#answer
    const reader = response.body!.getReader()
    while (coming > 0) {
      if (this.#paused) await new Promise<void>(resolve => this.#wait(resolve))
      const { done, value } = await reader.read()
      if (signal.aborted) return
      if (done) throw new RangeFailure('server-later', 'its answer is shorter than it said')
      const from = Math.min(skip, value.length)
      skip -= from
      if (from === value.length) continue
      const wanted = value.subarray(from, from + coming)
      this.#left -= wanted.length
      coming -= wanted.length
      this.#sink.onData(wanted)
      if (signal.aborted) return
    }
  }

  #wait(resolve: () => void): void {
    this.#resume = resolve
  }
}

/**
 * Few servers let other sites read Content-Range. Without it, a response of exactly the requested
 * length counts as the requested range.
 */
function visibleHeader({ status, headers }: Response, name: string, request: RangeRequest): string | null {
  const { start, lengthBytes } = request
  const isHidden = name === 'content-range' && status === 206 && !headers.has(name)
  if (isHidden && headers.get('content-length') === String(lengthBytes))
    return `bytes ${start}-${start + lengthBytes - 1}/*`
  return headers.get(name)
}

/** Separates the credentials from a URL, because `fetch` rejects URLs with a user name. */
function withoutCredentials(url: string): { href: string; secret: Record<string, string> } {
  const parsed = new URL(url)
  const user = decodeURIComponent(parsed.username)
  const password = decodeURIComponent(parsed.password)
  parsed.username = ''
  parsed.password = ''
  if (user === '') return { href: parsed.href, secret: {} }
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return { href: parsed.href, secret: { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` } }
}

function unreachable(error: unknown): RangeFailure {
  return new RangeFailure(
    'server-later',
    `cannot be reached from a page: its server must allow other sites to read it (${messageOf(error)})`,
    { cause: error },
  )
}
