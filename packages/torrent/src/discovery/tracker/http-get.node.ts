import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { concat } from '../../base/bytes.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { isLocalAddress } from '../../base/local-address.ts'
import { followRedirect } from '../../transport/http/redirect.ts'
import { resolveHost } from '../../transport/resolve.node.ts'
import type { ResolvedAddress } from '../../transport/resolve.ts'
import {
  type HttpAnswer,
  type HttpGet,
  type HttpGetOptions,
  isTrackerPath,
  MAX_REDIRECTS,
  parseRetryAfter,
} from './http-get.ts'

/** Uses `node:http`, since `fetch` can neither choose an address family nor avoid certain addresses. */
export const httpGet: HttpGet = createHttpGet()

/** `isLocal` decides which addresses strangers must not make us connect to. */
export function createHttpGet(isLocal: (host: string) => boolean = isLocalAddress): HttpGet {
  return async (url, options) => {
    let at = new URL(url)
    let address = options.address ?? (await addressOf(at, options))
    const startedOutside = !isLocal(address.host)
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const local = isLocal(address.host)
      if (local && startedOutside) throw unsafe('The server redirects into the local network')
      if (local && !options.named && !isTrackerPath(at.pathname)) {
        throw unsafe('A tracker in the local network must have a path that begins with announce')
      }
      const response = await request(at, address, options)
      const to = redirectTarget(response, at)
      if (!to) return finish(response, options)
      response.destroy()
      if (to.hostname !== at.hostname) address = await addressOf(to, options, address)
      at = to
    }
    throw unsafe(`The server redirects more than ${MAX_REDIRECTS} times`)
  }
}

/** Resolves an address of the URL's host, of the same family as before if it has one. */
async function addressOf(
  url: URL,
  options: HttpGetOptions,
  before?: ResolvedAddress,
): Promise<ResolvedAddress> {
  const found = await resolveHost(url.hostname, { signal: options.signal })
  return found.find(address => address.family === before?.family) ?? found[0]!
}

function request(url: URL, address: ResolvedAddress, options: HttpGetOptions): Promise<IncomingMessage> {
  // Connect to the address that was checked, whatever the name resolves to now.
  const lookup: LookupFunction = (_host, how, done) => {
    if (how.all) done(null, [{ address: address.host, family: address.family }])
    else done(null, address.host, address.family)
  }
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const sent = client.get(
      {
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname + url.search,
        ...(url.username !== '' && {
          auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
        }),
        // Trackers are contacted every half hour, so keeping the connection is of no use.
        agent: false,
        lookup,
        signal: options.signal,
        headers: {
          'user-agent': options.userAgent,
          accept: '*/*',
          'accept-encoding': 'gzip, deflate',
          connection: 'close',
        },
      },
      resolve,
    )
    sent.on('error', error =>
      reject(options.signal.aborted ? options.signal.reason : connectError(error, url)),
    )
  })
}

/** Returns the target of a redirect, or null if the response is not one. Throws if the target is not allowed. */
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
    const raw = await readBody(response, maxBytes)
    const body = await decompress(raw, response.headers['content-encoding'], maxBytes)
    return { status: response.statusCode ?? 0, body, ...parseRetryAfter(response.headers['retry-after']) }
  } catch (error) {
    response.destroy()
    signal.throwIfAborted()
    if (error instanceof ShoalError) throw error
    throw new ShoalError(
      'bad-message',
      `The server's response is incomplete or damaged (${messageOf(error)})`,
      { cause: error },
    )
  }
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw new ShoalError('bad-message', `The server sent more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return concat(chunks)
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
