import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { isLocalAddress } from '@shoal/torrent'
import { Failure } from '../../../base/failure.ts'
import { type IsLocal, intoLocalNetwork, outsideLookup } from './outside-lookup.ts'
import { networkFailure, TransientFailure } from './remote-file.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** From the call to the head of the last answer. */
const ANSWER_MS = 30_000

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly userAgent: string
  /** Certificates to trust besides the system's. */
  readonly tls?: Pick<SecureContextOptions, 'ca'>
  /** Default: the engine's opinion. */
  readonly isLocal?: IsLocal
  /** Whoever named the URL has no business in the local network: from the first request on nothing there is asked. */
  readonly outsideOnly?: boolean
}

/** An answer whose body has not been read. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** After redirects. */
  readonly url: URL
  readonly body: IncomingMessage
  /** All servers on the way to it are in the local network. */
  readonly isFromInside: boolean
  close(): void
}

/**
 * Asks with GET and follows redirects, at most five, and never to another scheme than https, or http from http, or
 * from elsewhere into the local network. User name and password in the URL go to their own server only. Rejects with a Failure, which is a TransientFailure where it may work later, or with the
 * signal's reason. Any status is an answer.
 */
export async function httpGet(start: URL, options: HttpOptions): Promise<HttpAnswer> {
  const limit = AbortSignal.timeout(ANSWER_MS)
  const signal = AbortSignal.any([options.signal, limit])
  const { isLocal = isLocalAddress } = options
  let url = start
  let outside = options.outsideOnly ?? false
  try {
    for (let redirects = 0; ; redirects++) {
      const answer = await ask(url, options, { signal, ...(outside && { isBarred: isLocal }) })
      outside ||= !isLocal(answer.body.socket.remoteAddress ?? '')
      if (!REDIRECTS.has(answer.status) || !answer.headers.location)
        return { ...answer, isFromInside: !outside }
      answer.close()
      url = redirectTarget(answer.headers.location, url)
      if (redirects === MAX_REDIRECTS)
        throw new Failure('bad-message', `${start.host}: it redirects more than ${MAX_REDIRECTS} times`)
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (limit.aborted)
      throw new TransientFailure('no-answer', `${url.host}: no answer within ${ANSWER_MS / 1000} seconds`)
    throw networkFailure(error, url.host)
  }
}

function redirectTarget(location: string, from: URL): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : null
  const isSafe = to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:')
  if (!to || !isSafe)
    throw new Failure(
      'bad-message',
      `${from.host}: it redirects from ${from.protocol.slice(0, -1)} to something that is not followed`,
    )
  if (to.origin === from.origin && to.username === '') {
    to.username = from.username
    to.password = from.password
  }
  return to
}

/** `isBarred`: addresses that are not asked, whatever names they go by. */
function ask(
  url: URL,
  options: HttpOptions,
  { signal, isBarred }: { signal: AbortSignal; isBarred?: IsLocal },
): Promise<Omit<HttpAnswer, 'isFromInside'>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    // Of an address no name is looked up.
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) && isBarred?.(literal)) throw intoLocalNetwork(url.hostname)
    const request = (url.protocol === 'https:' ? https : http).get(url, {
      // A connection of its own, which ends with the answer.
      agent: false,
      headers: {
        'user-agent': options.userAgent,
        accept: '*/*',
        // What is saved is the file itself.
        'accept-encoding': 'identity',
        ...options.headers,
      },
      ...options.tls,
      ...(isBarred && { lookup: outsideLookup(isBarred) }),
    })
    const abort = () => request.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.on('error', reject)
    request.on('response', body => {
      // From here on the reader of the body decides when it ends.
      signal.removeEventListener('abort', abort)
      // Also told to who reads it; without a listener an answer that nobody reads would end the process.
      body.on('error', () => {})
      const close = () => void body.destroy()
      resolve({ status: body.statusCode ?? 0, headers: body.headers, url, body, close })
    })
    request.on('close', () => signal.removeEventListener('abort', abort))
  })
}

/** The whole body. Rejects with `bad-message` when it is longer. */
export async function readBody(answer: HttpAnswer, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const abort = () => answer.body.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes)
        throw new Failure('bad-message', `${answer.url.host}: its answer is longer than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    signal.throwIfAborted()
    throw networkFailure(error, answer.url.host)
  } finally {
    signal.removeEventListener('abort', abort)
    answer.close()
  }
}

/** The URL without user name, password, query and fragment, where secrets are: for people and logs. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}
