/**
 * The HTTP client of Node for everything but web seeds: trackers, .torrent files, feeds, plain
 * downloads and hubs. It sends single requests over `node:http`; callers decide which addresses and
 * redirects are allowed. Web seeds use http-connection.node.ts, which costs less per byte.
 */
import type { IncomingMessage } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { concat } from '../../base/bytes.ts'
import { parseIp } from '../../base/ip.ts'
import type { ConnectTo } from '../route.node.ts'

export { MAX_REDIRECTS } from './http-ranges.ts'
export { followRedirect, headerText, isRedirect } from './redirect.ts'

export interface RequestOptions {
  /** Default: GET. */
  readonly method?: string
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
  /** Aborts the request until the response arrives. The body is aborted by its reader. */
  readonly signal: AbortSignal
  /** Resolves the host, if it is a name. Default: the system's resolver. */
  readonly lookup?: LookupFunction
  /** Opens the connection, instead of `lookup` and the system. */
  readonly connect?: ConnectTo | undefined
  /** Certificates to trust in addition to the system's. */
  readonly ca?: string | Buffer | (string | Buffer)[] | undefined
}

/**
 * Sends one request over a connection of its own, with the user name and password of the URL.
 * Resolves to any response, redirects included. Rejects with the system's error, or with the
 * signal's reason.
 */
export async function sendRequest(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const { method = 'GET', body, headers, signal, lookup, connect, ca } = options
  signal.throwIfAborted()
  const socket = connect && (await connectFor(url, connect, options))
  return new Promise((resolve, reject) => {
    const request = httpModule(url.protocol).request(url, {
      method,
      headers: { accept: '*/*', ...headers },
      // An agent would ignore `createConnection` and connect by itself. Requests are rare, so a
      // persistent connection would not pay off.
      ...(socket ? { createConnection: () => socket } : { agent: false }),
      ...(lookup && !socket && { lookup }),
      ...(ca !== undefined && { ca }),
    })
    const abort = () => request.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.on('error', error => reject(signal.aborted ? signal.reason : error))
    request.on('response', response => {
      signal.removeEventListener('abort', abort)
      // An error without a reader of the body must not end the process; readers receive it too.
      response.on('error', () => {})
      resolve(response)
    })
    request.on('close', () => signal.removeEventListener('abort', abort))
    if (signal.aborted) return abort()
    request.end(body)
  })
}

/**
 * Not by `import`, which reads all exports: some of those of `node:http` load undici, which would
 * cost each start 60 ms.
 */
function httpModule(protocol: string) {
  return process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http')
}

async function connectFor(url: URL, connect: ConnectTo, { signal, ca }: RequestOptions): Promise<Socket> {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const socket = await connect({ host, port: Number(url.port) || (secure ? 443 : 80) }, { signal })
  if (!secure) return socket
  // RFC 6066, 3: IP literals are not valid server names; the certificate must be valid for them
  // nevertheless.
  const servername = parseIp(host) ? '' : host
  return tlsConnect({ socket, host, servername, ...(ca !== undefined && { ca }) })
}

/**
 * Reads a body. Resolves to null if it is longer than `maxBytes`. Rejects with the system's error,
 * or with the signal's reason.
 */
export async function readBody(
  response: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const abort = () => response.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > maxBytes) return null
      chunks.push(chunk)
    }
    return concat(chunks)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
    response.destroy()
  }
}
