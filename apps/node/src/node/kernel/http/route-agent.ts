import type { Agent as HttpAgent } from 'node:http'
import { connect as tlsConnect } from 'node:tls'
import { parseIp } from '@shoal/torrent/base'
import type { Route } from '@shoal/torrent/route'

const CONNECT_MS = 30_000

/**
 * Opens connections over a route for clients that take an agent of `node:http`, such as WebSocket
 * clients.
 */
export function routeAgent(
  { connect, resolveHost }: Pick<Route, 'connect' | 'resolveHost'>,
  url: URL,
): HttpAgent {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const open = async () => {
    const signal = AbortSignal.timeout(CONNECT_MS)
    const [routed] = await resolveHost(host, { signal })
    const port = Number(url.port) || (secure ? 443 : 80)
    const socket = await connect({ host: routed?.host ?? host, port }, { signal })
    // RFC 6066, 3: IP literals are not valid server names.
    return secure ? tlsConnect({ socket, host, servername: parseIp(host) ? '' : host }) : socket
  }
  // No `import`: see http-client.node.ts of the engine.
  const { Agent } = secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const agent = new Agent()
  agent.createConnection = (_options, done) => {
    open().then(
      socket => done?.(null, socket),
      error => done?.(error, undefined as never),
    )
    return undefined
  }
  return agent
}
