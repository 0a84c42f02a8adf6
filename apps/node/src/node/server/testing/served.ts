import { Access } from '../access/access.ts'
import { createServer, type Server, type ServerOptions } from '../server.ts'
import { SimulatedRunningNode } from './simulated-running-node.ts'

export const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
export const HASH = '0123456789abcdef0123456789abcdef01234567'

export interface Served {
  readonly node: SimulatedRunningNode
  readonly server: Server
  /** Sends a request with the token. */
  get(path: string, init?: RequestInit): Promise<Response>
}

/** A simulated node behind a server on any free port. The caller closes it. */
export async function serve(options: Partial<ServerOptions> = {}): Promise<Served> {
  const node = new SimulatedRunningNode()
  const access = new Access({ token: TOKEN })
  const server = await createServer({ node, access, port: 0, ...options })
  const get = (path: string, { headers, ...init }: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, ...(headers as object) },
    })
  return { node, server, get }
}
