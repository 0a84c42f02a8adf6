/**
 * The tracker's HTTP listener with another server behind it, as used by HAProxy: persistent
 * connections for requests of all kinds.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import {
  AddressSet,
  attachTracker,
  callerAddress,
  HttpFront,
  Tracker,
  takeOver,
  WebSocketFront,
} from '@shoal/tracker'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { HaProxy } from './support/haproxy.ts'
import { missing } from './support/tools.ts'

const ANNOUNCE = '/announce?info_hash=%00%01aaaaaaaaaaaaaaaaaa&left=1&port='

describe.skipIf(missing('haproxy', 'openssl'))('HAProxy in front of one port', () => {
  test('mixes announces, pages, bodies and upgrades on its connections', async () => {
    const tracker = new Tracker()
    const trustedProxies = ['127.0.0.1']
    const proxies = new AddressSet(trustedProxies)
    const connections = new Set<Socket>()
    const server = createServer(async (incoming, response) => {
      if (incoming.url === '/ready') return void response.end('ready')
      connections.add(incoming.socket)
      const body = await buffer(incoming)
      response.end(`${incoming.method} ${incoming.url} ${callerAddress(incoming, proxies)} ${body.length}`)
    })
    const webSockets = new WebSocketFront(tracker)
    attachTracker(server, tracker, { trustedProxies, webSockets })
    const others = takeOver(server)
    const front = await HttpFront.open(tracker, {
      host: '127.0.0.1',
      port: 0,
      webSockets,
      trustedProxies,
      others,
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
    await using proxy = await HaProxy.start([front.port])
    const ask = async (path: string, options: RequestOptions = {}, body = Buffer.alloc(0)) => {
      const asked = request({ host: '127.0.0.1', port: proxy.port, path, agent, ...options }).end(body)
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      return text(response)
    }
    try {
      for (let round = 0; round < 3; round++) {
        expect(await ask(`${ANNOUNCE}${1 + 2 * round}`)).toContain('8:complete')
        const headers = { 'x-forwarded-for': '198.51.100.7' }
        expect(await ask('/page', { headers })).toBe('GET /page 127.0.0.1 0')
        expect(await ask('/form', { method: 'POST' }, Buffer.alloc(300_000))).toBe(
          'POST /form 127.0.0.1 300000',
        )
        expect(await ask(`${ANNOUNCE}${2 + 2 * round}`)).toContain(`10:incompletei${2 + 2 * round}e`)
      }
      // It reused the connection for requests of all kinds.
      expect(connections.size).toBe(1)
      const page = new WebSocket(`wss://127.0.0.1:${proxy.port}/announce`, { rejectUnauthorized: false })
      await once(page, 'open')
      page.send(JSON.stringify({ action: 'scrape', info_hash: 'a'.repeat(20) }))
      const [answer] = await once(page, 'message')
      expect(JSON.parse(answer).action).toBe('scrape')
      page.terminate()
    } finally {
      agent.destroy()
      await Promise.all([front.close(), webSockets.close()])
      server.close()
      await tracker.close()
    }
  })
})
