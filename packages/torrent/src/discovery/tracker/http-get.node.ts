import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { isLocalAddress } from '../../base/local-address.ts'
import { isMagnet } from '../../metainfo/magnet.ts'
import {
  followRedirect,
  headerText,
  isRedirect,
  MAX_REDIRECTS,
  readBody,
  sendRequest,
} from '../../transport/http/http-client.node.ts'
import { resolveHost } from '../../transport/resolve.node.ts'
import type { ResolvedAddress, ResolveHost } from '../../transport/resolve.ts'
import type { ConnectTo, Route } from '../../transport/route.node.ts'
import {
  type HttpAnswer,
  type HttpGet,
  type HttpGetOptions,
  isTrackerPath,
  parseRetryAfter,
} from './http-get.ts'

/**
 * Uses `node:http`, since `fetch` can neither choose an address family nor avoid certain addresses.
 */
export const httpGet: HttpGet = createHttpGet()

/** Route for requests: the system's own, or a proxy's. */
interface Way {
  readonly resolveHost: ResolveHost
  readonly connect?: ConnectTo
}

/** `isLocal` decides which addresses strangers must not make us connect to. */
export function createHttpGet(
  isLocal: (host: string) => boolean = isLocalAddress,
  way: Way | Route = { resolveHost },
): HttpGet {
  return async (url, options) => {
    let at = new URL(url)
    let address = options.address ?? (await resolveAddress(at, options, way))
    const startedOutside = !isLocal(address.host)
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const local = isLocal(address.host)
      if (local && startedOutside) throw unsafe('The server redirects into the local network')
      if (local && !options.named && !isTrackerPath(at.pathname)) {
        throw unsafe('A tracker in the local network must have a path that begins with announce')
      }
      const response = await request(at, address, options, way)
      const magnet = options.named ? magnetTarget(response) : null
      if (magnet !== null) {
        response.destroy()
        return { status: response.statusCode!, body: new Uint8Array(0), magnet }
      }
      const to = redirectTarget(response, at)
      if (!to) return finish(response, options)
      response.destroy()
      if (to.hostname !== at.hostname) address = await resolveAddress(to, options, way, address)
      at = to
    }
    throw unsafe(`The server redirects more than ${MAX_REDIRECTS} times`)
  }
}

/** Resolves an address of the URL's host, of the same family as before if it has one. */
async function resolveAddress(
  url: URL,
  options: HttpGetOptions,
  { resolveHost }: Way,
  before?: ResolvedAddress,
): Promise<ResolvedAddress> {
  const found = await resolveHost(url.hostname, { signal: options.signal })
  return found.find(address => address.family === before?.family) ?? found[0]!
}

async function request(
  url: URL,
  address: ResolvedAddress,
  options: HttpGetOptions,
  way: Way,
): Promise<IncomingMessage> {
  const { signal, userAgent } = options
  const connect: ConnectTo | undefined =
    way.connect && (({ port }, how) => way.connect!({ host: address.host, port }, how))
  // Connect to the address that was checked, whatever the name resolves to now.
  const lookup: LookupFunction = (_host, how, done) => {
    if (how.all) done(null, [{ address: address.host, family: address.family }])
    else done(null, address.host, address.family)
  }
  try {
    const headers = { ...(userAgent && { 'user-agent': userAgent }), 'accept-encoding': 'gzip, deflate' }
    return await sendRequest(url, { headers, signal, lookup, connect })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ShoalError) throw error
    throw connectError(error as Error, url)
  }
}

/** Indexers' proxies redirect to a magnet link if there is no .torrent. */
function magnetTarget({ statusCode = 0, headers: { location = '' } }: IncomingMessage): string | null {
  return isRedirect(statusCode) && isMagnet(location) ? headerText(location) : null
}

/**
 * Returns the target of a redirect, or null if the response is not one. Throws if the target is not
 * allowed.
 */
function redirectTarget(response: IncomingMessage, from: URL): URL | null {
  const { location } = response.headers
  const to = location === undefined ? null : followRedirect(response.statusCode ?? 0, location, from)
  if (typeof to === 'string')
    throw closing(
      response,
      unsafe('The server redirects to an address that is not HTTP(S), or away from HTTPS'),
    )
  return to
}

async function finish(response: IncomingMessage, options: HttpGetOptions): Promise<HttpAnswer> {
  const { signal, maxBytes } = options
  try {
    const raw = await readBody(response, maxBytes, signal)
    if (!raw) throw new ShoalError('too-large', `The server sent more than ${maxBytes} bytes`)
    const body = await decompress(raw, response.headers['content-encoding'], maxBytes)
    return { status: response.statusCode ?? 0, body, ...parseRetryAfter(response.headers['retry-after']) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ShoalError) throw error
    throw new ShoalError(
      'bad-message',
      `The server's response is incomplete or damaged (${messageOf(error)})`,
      { cause: error },
    )
  }
}

async function decompress(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = encoding?.trim().toLowerCase()
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'deflate') return bytes
  const inflated = await promisify(name === 'deflate' ? inflate : gunzip)(bytes, {
    maxOutputLength: maxBytes,
  })
  return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length)
}

function connectError(error: Error & { code?: string }, url: URL): ShoalError {
  const code =
    error.code === 'ECONNREFUSED' ? 'refused' : error.code?.startsWith('HPE_') ? 'bad-message' : 'unreachable'
  return new ShoalError(code, `Cannot reach ${url.host}: ${messageOf(error)}`, {
    cause: error,
  })
}

function unsafe(message: string): ShoalError {
  return new ShoalError('bad-message', message)
}

function closing(response: IncomingMessage, error: ShoalError): ShoalError {
  response.destroy()
  return error
}
