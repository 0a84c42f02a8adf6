import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { messageOf, ShoalError } from '../base/errors.ts'
import { readBody } from '../transport/http/http-client.node.ts'
import type { ConnectTo } from '../transport/route.node.ts'
import type { RouterHttp } from './router-http.ts'

export const routerHttp: RouterHttp = createRouterHttp()

/** `connect`: opens the connections to routers. Default: the system's. */
export function createRouterHttp(connect?: ConnectTo): RouterHttp {
  return (url, request, signal) => exchange(connect, url, request, signal)
}

async function exchange(
  connect: ConnectTo | undefined,
  ...[url, request, signal]: Parameters<RouterHttp>
): ReturnType<RouterHttp> {
  try {
    const socket = await connect?.({ host: url.host, port: url.port }, { signal })
    const response = await send(url, request, signal, socket)
    const body = await readBody(response, request.maxBytes, signal)
    if (!body) throw new ShoalError('too-large', `The router sent more than ${request.maxBytes} bytes`)
    return { status: response.statusCode ?? 0, body }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ShoalError) throw error
    const { code = '' } = error as { code?: string }
    throw new ShoalError(
      code.startsWith('HPE_') ? 'bad-message' : 'unreachable',
      `Cannot reach the router at ${url.host}: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

function send(
  { host, port, path }: Parameters<RouterHttp>[0],
  { method, headers, body, localAddress }: Parameters<RouterHttp>[1],
  signal: AbortSignal,
  socket: Socket | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body)
    const authority = host.includes(':') ? `[${host.replace(/%.*$/, '')}]` : host
    // See http-client.node.ts.
    const request = process.getBuiltinModule('node:http').request({
      host,
      port,
      path,
      method,
      signal,
      localAddress,
      ...(socket ? { createConnection: () => socket } : { agent: false }),
      // Some routers do not understand chunks, so the length is given.
      headers: {
        host: `${authority}:${port}`,
        connection: 'close',
        ...headers,
        ...(bytes && { 'content-length': bytes.length }),
      },
      // The host is an address: nothing is looked up.
      lookup: (name, _options, done) => done(null, name, name.includes(':') ? 6 : 4),
    })
    request.on('error', reject)
    request.on('response', response => {
      // An error while nobody reads the body must not end the process.
      response.on('error', () => {})
      resolve(response)
    })
    request.end(bytes)
  })
}
