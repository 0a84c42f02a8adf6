/** Which requests have come from users: they get more time than those of strangers, and keep their connections. */
import type { IncomingMessage } from 'node:http'

const authenticated = new WeakSet<object>()

/** Call it before the body is read, once the sender has shown credentials. */
export function markAuthenticated(request: IncomingMessage): void {
  authenticated.add(request)
}

export function isAuthenticated(request: object): boolean {
  return authenticated.has(request)
}
