import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Failure } from '@shoal/daemon/failure'
import { isLocalAddress, isMagnet } from '@shoal/torrent'
import {
  followRedirect,
  headerText,
  isRedirect,
  MAX_REDIRECTS,
  type RequestOptions,
  readBody as readAll,
  sendRequest,
} from '@shoal/torrent/http'
import type { Route } from '@shoal/torrent/route'
import { type IsLocal, intoLocalNetwork, outsideLookup } from './outside-lookup.ts'
import { networkFailure, TransientFailure } from './remote-file.ts'

/** From the call to the headers of the last response. */
const ANSWER_MS = 30_000

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly userAgent: string
  /** Certificates to trust in addition to the system's. */
  readonly tls?: Pick<RequestOptions, 'ca'>
  /** The route to the servers. Default: the system's. */
  readonly route?: Route | null | undefined
  /** Default: the engine's classification. */
  readonly isLocal?: IsLocal
  /** The URL comes from outside the local network: local servers are not contacted. */
  readonly outsideOnly?: boolean
}

/** A response whose body has not been read. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** After redirects. */
  readonly url: URL
  readonly body: IncomingMessage
  /** Whether all servers in the redirect chain are in the local network. */
  readonly isFromInside: boolean
  close(): void
}

/**
 * Sends a GET request and follows at most five redirects: only to https, or from http to http, and
 * not from outside into the local network. A URL's user name and password are only sent to its own
 * server. Rejects with a Failure (a TransientFailure if a retry could help) or with the signal's
 * reason. Rejects with MagnetRedirect if the server redirects to a magnet link. Resolves for any
 * status.
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
      outside ||= !isLocal(answer.address)
      const to = redirectTarget(answer, url)
      const { address: _, ...rest } = answer
      if (!to) return { ...rest, isFromInside: !outside }
      url = to
      if (redirects === MAX_REDIRECTS)
        throw new Failure('bad-message', `${start.host}: more than ${MAX_REDIRECTS} redirects`)
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (limit.aborted)
      throw new TransientFailure('no-answer', `${url.host}: no response within ${ANSWER_MS / 1000} seconds`)
    throw networkFailure(error, url.host)
  }
}

/** The server redirects to a magnet link, as proxies of indexers do if there is no .torrent. */
export class MagnetRedirect extends Failure {
  readonly magnet: string

  constructor(magnet: string, host: string) {
    super('bad-message', `${host}: it leads to a magnet link, which is not a file`)
    this.magnet = magnet
  }
}

/**
 * Returns the target of a redirect after closing the response; null for other responses. Throws if
 * the target is not allowed.
 */
function redirectTarget(
  { status, headers: { location }, close }: Pick<HttpAnswer, 'status' | 'headers' | 'close'>,
  from: URL,
): URL | null {
  if (!location || !isRedirect(status)) return null
  close()
  if (isMagnet(location)) throw new MagnetRedirect(headerText(location), from.host)
  const to = followRedirect(status, location, from)
  if (typeof to === 'string')
    throw new Failure(
      'bad-message',
      `${from.host}: it redirects from ${from.protocol.slice(0, -1)} to an address that is not allowed`,
    )
  if (to?.origin === from.origin && to.username === '') {
    to.username = from.username
    to.password = from.password
  }
  return to
}

/** `isBarred`: returns whether an address must not be connected to, whatever its name. */
async function ask(
  url: URL,
  options: HttpOptions,
  { signal, isBarred }: { signal: AbortSignal; isBarred?: IsLocal },
): Promise<Omit<HttpAnswer, 'isFromInside'> & { readonly address: string }> {
  // IP literals are not passed to the lookup.
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) && isBarred?.(literal)) throw intoLocalNetwork(url.hostname)
  const { route, userAgent } = options
  // A proxy resolves names, so the name identifies a server behind it.
  const [routed] = route ? await route.resolveHost(literal, { signal }) : []
  if (routed && isBarred?.(routed.host)) throw intoLocalNetwork(url.hostname)
  const body = await sendRequest(url, {
    // The file is saved as sent.
    headers: {
      ...(!route?.isAnonymous && { 'user-agent': userAgent }),
      'accept-encoding': 'identity',
      ...options.headers,
    },
    signal,
    ...options.tls,
    ...(isBarred && { lookup: outsideLookup(isBarred) }),
    ...(route && routed && { connect: ({ port }, how) => route.connect({ host: routed.host, port }, how) }),
  })
  const close = () => void body.destroy()
  const address = routed?.host ?? body.socket.remoteAddress ?? ''
  return { status: body.statusCode ?? 0, headers: body.headers, url, body, address, close }
}

/** Reads the body. Rejects with `bad-message` if it is longer than `maxBytes`. */
export async function readBody(answer: HttpAnswer, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const bytes = await readAll(answer.body, maxBytes, signal)
    if (bytes) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    throw new Failure('bad-message', `${answer.url.host}: the response is larger than ${maxBytes} bytes`)
  } catch (error) {
    signal.throwIfAborted()
    throw networkFailure(error, answer.url.host)
  }
}

/**
 * Returns the URL without user name, password, query and fragment, which can contain secrets: for
 * users and logs.
 */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}
