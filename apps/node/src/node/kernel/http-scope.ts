import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RunningNode } from './contract.ts'

/**
 * Passed to another program's API (Transmission's, qBittorrent's) so that it can register itself.
 * `app` is a separate fastify scope: its hooks, body parsers and error handler do not affect
 * others. Host, Origin and security headers are already handled; the plugin authenticates requests
 * with `access.checkPassword(username, password, request)`, which rejects with `too-many-attempts`.
 * A route with `config: { anyOrigin: true }` guards itself against other sites' pages.
 */
export interface HttpScope {
  readonly app: FastifyInstance
  readonly node: RunningNode
  readonly access: {
    /** The user name that programs log in with. */
    readonly userName: string
    checkPassword(username: string, password: string, request: FastifyRequest): Promise<boolean>
    /**
     * Returns whether these are the credentials of the machine's owner, who uses
     * `node.remoteOperations`: others use `node.guestOperations`.
     */
    isToken(username: string, password: string): boolean
  }
}
