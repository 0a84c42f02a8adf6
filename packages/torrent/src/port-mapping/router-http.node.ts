import { messageOf, ShoalError } from '../base/errors.ts'
import { connectDirectly } from '../transport/connect-directly.node.ts'
import { readBody, sendRequest } from '../transport/http/http-client.node.ts'
import type { ConnectTo } from '../transport/route.node.ts'
import type { RouterHttp } from './router-http.ts'

export const routerHttp: RouterHttp = createRouterHttp()

/** `connect`: opens the connections to routers. Default: the system's. */
export function createRouterHttp(connect?: ConnectTo): RouterHttp {
  return async ({ host, port, path }, { headers, localAddress, maxBytes, ...request }, signal) => {
    const authority = `${host.includes(':') ? `[${host.replace(/%.*$/, '')}]` : host}:${port}`
    try {
      const response = await sendRequest(new URL(`http://${authority}${path}`), {
        ...request,
        headers: { host: authority, ...headers },
        signal,
        // The host is an address, and the URL lacks its zone.
        connect: (_target, options) =>
          connect ? connect({ host, port }, options) : connectDirectly({ host, port, localAddress }, options),
      })
      const body = await readBody(response, maxBytes, signal)
      if (!body) throw new ShoalError('too-large', `The router sent more than ${maxBytes} bytes`)
      return { status: response.statusCode ?? 0, body }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ShoalError) throw error
      const { code = '' } = error as { code?: string }
      throw new ShoalError(
        code.startsWith('HPE_') ? 'bad-message' : 'unreachable',
        `Cannot reach the router at ${host}: ${messageOf(error)}`,
        { cause: error },
      )
    }
  }
}
