/**
 * Marks requests of authenticated users: they get more time than others, and keep their
 * connections.
 */
import type { IncomingMessage } from 'node:http'

const authenticated = new WeakSet<object>()

/** Call it before the body is read, once the sender has presented credentials. */
export function markAuthenticated(request: IncomingMessage): void {
  authenticated.add(request)
}

export function isAuthenticated(request: object): boolean {
  return authenticated.has(request)
}
