/**
 * Tests which WebSockets have the rights of this machine, with each kind of server that accepts
 * upgrades.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { attachTracker } from '../http/attach.ts'
import { HttpFront } from '../http/http-front.ts'
import { Tracker } from '../tracker.ts'
import { WebSocketFront } from './web-socket-front.ts'

type Fields = Record<string, string>

async function listen(server: Server) {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const SERVERS: Record<
  string,
  (tracker: Tracker, front: WebSocketFront) => Promise<{ port: number; close(): Promise<unknown> }>
> = {
  'the listener': (tracker, webSockets) =>
    HttpFront.open(tracker, { host: '127.0.0.1', port: 0, webSockets }),

  async 'a guest'(tracker) {
    const server = createServer()
    const guest = attachTracker(server, tracker)
    const { port, close } = await listen(server)
    return { port, close: () => guest.close().then(close) }
  },

  'any server'(_tracker, front) {
    const server = createServer()
    server.on('upgrade', (request, socket, head) => front.upgrade(request, socket, head))
    return listen(server)
  },
}

async function open(kind: string) {
  // Requests are counted in windows of ten seconds, none of which may end during the test.
  const tracker = new Tracker({ announcesPerSecond: 1, connectionsPerAddress: 1, nowMs: () => 1000 })
  const front = new WebSocketFront(tracker)
  const server = await SERVERS[kind]!(tracker, front)
  const sockets: WebSocket[] = []
  return {
    port: server.port,
    /** Resolves to an open connection. Rejects if it is refused. */
    async connect(headers: Fields) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/announce`, { headers })
      sockets.push(socket)
      await once(socket, 'open')
      return socket
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate()
      await front.close()
      await server.close()
      await tracker.close()
    },
  }
}

/** Sends a dozen requests and resolves to how many were refused. One address may send ten. */
async function refusals(socket: WebSocket): Promise<number> {
  const received: string[] = []
  socket.on('message', data => received.push(String(data)))
  for (let count = 0; count < 12; count++)
    socket.send(JSON.stringify({ action: 'scrape', info_hash: 'h'.repeat(20) }))
  await vi.waitFor(() => expect(received).toHaveLength(12))
  return received.filter(text => text.includes('slow down')).length
}

const FOREIGN: Record<string, Fields> = {
  'a proxy’s': { 'X-Forwarded-For': '203.0.113.5' },
  'another proxy’s': { Forwarded: 'for=203.0.113.5' },
  'a page’s that found a name for this machine': {
    Host: 'evil.example:6969',
    Origin: 'http://evil.example:6969',
  },
  'a page’s of another site': { Origin: 'https://evil.example' },
  'a page’s of no site': { Origin: 'null' },
  'a page’s of which the browser says so': { 'Sec-Fetch-Site': 'cross-site' },
}

describe.each(Object.keys(SERVERS))('a WebSocket to %s', kind => {
  it.each(Object.keys(FOREIGN))('that may be %s has the usual limits', async name => {
    await using server = await open(kind)
    // Requests of the machine itself do not count against these limits.
    await server.connect({})
    expect(await refusals(await server.connect(FOREIGN[name]!))).toBeGreaterThan(0)
    await expect(server.connect(FOREIGN[name]!)).rejects.toThrow('503')
  })

  it('from this machine, or from a page of its own server, has no limits', async () => {
    await using server = await open(kind)
    for (const name of ['127.0.0.1', 'localhost']) {
      const Host = `${name}:${server.port}`
      for (const fields of [{ Host }, { Host, Origin: `http://${Host}`, 'Sec-Fetch-Site': 'same-origin' }])
        expect(await refusals(await server.connect(fields as unknown as Fields))).toBe(0)
    }
  })
})
