/** Handles tracker requests inside another HTTP server (node:http, or one built on it). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CALLER, isCrossSite } from '../access/caller.ts'
import { readAddress } from '../base/address.ts'
import type { Tracker } from '../tracker.ts'
import { BodyWriter, MAX_BODY_BYTES } from './body.ts'
import { Responder } from './responder.ts'
import { MAX_TARGET_BYTES } from './target.ts'

export interface HttpHandler {
  /**
   * Answers an announce or scrape and returns true; returns false for any other request.
   * `address`: the client's address, if the server knows it better than the socket. `isDirect`:
   * false if the address may be a proxy's, so that the client receives no addresses of this machine
   * or network and does not have this machine's rights.
   */
  handle(request: IncomingMessage, response: ServerResponse, address?: string, isDirect?: boolean): boolean
}

export function httpHandler(tracker: Tracker): HttpHandler {
  const responder = new Responder(tracker)
  const target = Buffer.alloc(MAX_TARGET_BYTES)
  const body = new BodyWriter(Buffer.alloc(MAX_BODY_BYTES))
  const caller = new Int32Array(4)
  const finish = (response: ServerResponse, writer: BodyWriter) => {
    const bytes = Buffer.from(writer.bytes.subarray(0, writer.end))
    response.writeHead(200, {
      'content-type': 'text/plain',
      'content-length': bytes.length,
      'cache-control': 'no-store',
    })
    response.end(bytes)
  }
  return {
    handle(request, response, address = request.socket.remoteAddress ?? '', isDirect = true) {
      const { method, url = '' } = request
      if ((method !== 'GET' && method !== 'HEAD') || url.length > MAX_TARGET_BYTES) return false
      const family = readAddress(address, caller)
      if (family === null) return false
      const length = target.write(url, 'latin1')
      body.end = 0
      const outcome = responder.respond(
        target,
        0,
        length,
        family,
        caller,
        body,
        isCrossSite(request.headers['sec-fetch-site']?.toString())
          ? CALLER.foreignPage
          : isDirect
            ? CALLER.direct
            : CALLER.unknown,
      )
      if (outcome === false) return false
      if (outcome === true) finish(response, body)
      else
        void outcome.then(write => {
          const late = new BodyWriter(Buffer.alloc(MAX_BODY_BYTES))
          write(late)
          finish(response, late)
        })
      return true
    },
  }
}
