/** The tracker inside somebody else's HTTP server: requests of node:http, or of what is built on it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readAddress } from '../base/address.ts'
import type { Tracker } from '../tracker.ts'
import { ASKER, isOtherSite } from './asker.ts'
import { BodyWriter, MAX_BODY_BYTES } from './body.ts'
import { Responder } from './responder.ts'
import { MAX_TARGET_BYTES } from './target.ts'

export interface HttpHandler {
  /**
   * Answers an announce or scrape. False, and nothing is done, for what is neither. `address`: whom the request comes from, where the server
   * in front knows better than the socket. `isNear`: false when it may be a proxy's, so that it is told of no
   * address of this machine or network, and has no rights of this machine.
   */
  handle(request: IncomingMessage, response: ServerResponse, address?: string, isNear?: boolean): boolean
}

export function httpHandler(tracker: Tracker): HttpHandler {
  const responder = new Responder(tracker)
  const target = Buffer.alloc(MAX_TARGET_BYTES)
  const body = new BodyWriter(Buffer.alloc(MAX_BODY_BYTES))
  const asker = new Int32Array(4)
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
    handle(request, response, address = request.socket.remoteAddress ?? '', isNear = true) {
      const { method, url = '' } = request
      if ((method !== 'GET' && method !== 'HEAD') || url.length > MAX_TARGET_BYTES) return false
      const family = readAddress(address, asker)
      if (family === null) return false
      const length = target.write(url, 'latin1')
      body.end = 0
      const outcome = responder.respond(
        target,
        0,
        length,
        family,
        asker,
        body,
        isOtherSite(request.headers['sec-fetch-site']?.toString())
          ? ASKER.page
          : isNear
            ? ASKER.itself
            : ASKER.unknown,
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
