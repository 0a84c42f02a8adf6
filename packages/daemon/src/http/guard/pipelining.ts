import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Concurrent requests per connection (RFC 9112 section 9.3.2). Node keeps reading while it
 * responds, so a few megabytes of requests with unread responses would mean a hundred thousand open
 * files. Browsers and libraries do not pipeline.
 */
const MAX_PIPELINED = 8

/** Closes connections that send many requests without waiting for the responses. */
export class Pipelining {
  readonly #open = new WeakMap<Socket, number>()

  /** Returns whether the request can be handled; otherwise closes its connection. */
  admits({ socket }: IncomingMessage, response: ServerResponse): boolean {
    // Requests from the same packet are still reported after the close.
    if (socket.destroyed) return false
    const open = (this.#open.get(socket) ?? 0) + 1
    this.#open.set(socket, open)
    response.once('close', () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1))
    if (open > MAX_PIPELINED) socket.destroy()
    return open <= MAX_PIPELINED
  }
}
