import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Requests of one connection that are answered at a time (RFC 9112 section 9.3.2). Node keeps reading while it answers, so that a few megabytes of
 * requests, whose answers nobody reads, would be a hundred thousand open files. Browsers and libraries send one after the other.
 */
const MAX_PIPELINED = 8

/** Closes connections that send many requests without waiting for the answers. */
export class Pipelining {
  readonly #open = new WeakMap<Socket, number>()

  /** Whether the request may be answered; if not, its connection is closed. */
  admits({ socket }: IncomingMessage, response: ServerResponse): boolean {
    // Requests that came in one packet are still reported after the close.
    if (socket.destroyed) return false
    const open = (this.#open.get(socket) ?? 0) + 1
    this.#open.set(socket, open)
    response.once('close', () => this.#open.set(socket, (this.#open.get(socket) ?? 1) - 1))
    if (open > MAX_PIPELINED) socket.destroy()
    return open <= MAX_PIPELINED
  }
}
