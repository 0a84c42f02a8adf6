import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { guard } from '@shoal/daemon/http'
import { ROOMS_PATH } from '@shoal/hub-api/rooms'
import { encodePacket } from '@shoal/hub-api/rooms/parser'
import { until } from '@shoal/testing'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { NO_LOG } from '../kernel/log.ts'
import { Pings } from './pings.ts'
import type { RoomService } from './room-service.ts'
import { RoomSockets } from './socket-server.ts'

test('each connection is pinged once in every interval, and lost when it is silent for one', () => {
  vi.useFakeTimers()
  try {
    const pings = new Pings(1000)
    const seen: string[] = []
    const add = (name: string) =>
      pings.add({ ping: () => seen.push(`${name} ping`), lost: () => seen.push(`${name} lost`) })
    const [heard, silent, gone] = ['heard', 'silent', 'gone'].map(add)
    gone!.remove()
    vi.advanceTimersByTime(500)
    const late = add('late')
    vi.advanceTimersByTime(490)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(10)
    expect(seen.splice(0)).toEqual(['heard ping', 'silent ping'])
    heard!.heard()
    vi.advanceTimersByTime(500)
    expect(seen.splice(0)).toEqual(['late ping'])
    late.heard()
    vi.advanceTimersByTime(500)
    expect(seen.splice(0)).toEqual(['heard ping', 'silent lost'])
    silent!.remove()
    pings.close()
    vi.advanceTimersByTime(5000)
    expect(seen).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

test('a client of Socket.IO that answers stays connected, one that is silent is not', async () => {
  const disconnected = vi.fn()
  const service = { connect: () => ({ drained() {} }), disconnected } as unknown as RoomService
  const options = {
    authenticate: async () => ({}) as never,
    admitGuest: () => null,
    maxConnections: 10,
    pingIntervalMs: 400,
  }
  const sockets = new RoomSockets(service, options)
  const server = createServer()
  sockets.attachTo(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const connect = (answer: string | null) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${ROOMS_PATH}/?EIO=4&transport=websocket`)
    const seen = { socket, pings: 0 }
    socket.on('message', (message, isBinary) => {
      const text = isBinary ? '' : String(message)
      if (text.startsWith('0')) socket.send(encodePacket({ type: 0, nsp: '/', data: {} }))
      if (text !== '2') return
      seen.pings++
      if (answer !== null) socket.send(answer)
    })
    return seen
  }
  const [answering, silent] = [connect('3'), connect(null)]
  await once(silent.socket, 'close')
  expect(silent.pings).toBe(1)
  await vi.waitFor(() => expect(disconnected).toHaveBeenCalledOnce())
  const { pings } = answering
  await vi.waitFor(() => expect(answering.pings).toBeGreaterThan(pings + 2))
  expect(answering.socket.readyState).toBe(WebSocket.OPEN)
  answering.socket.terminate()
  sockets.close()
  server.close()
})

test('a client stays connected when its address has more connections than it may', async () => {
  const service = { connect: () => ({ drained() {} }), disconnected() {} } as unknown as RoomService
  const sockets = new RoomSockets(service, {
    authenticate: async () => ({}) as never,
    admitGuest: () => null,
    maxConnections: 10,
  })
  const app = guard({ challenge: () => [], log: NO_LOG, host: '0.0.0.0' })
  await app.ready()
  sockets.attachTo(app.server)
  const open = () => {
    const received: string[] = []
    const connection = new Duplex({
      read() {},
      write: (chunk, _encoding, done) => {
        received.push(String(chunk))
        done()
      },
    })
    app.server.emit('connection', Object.assign(connection, { remoteAddress: '203.0.113.5' }))
    return { connection, received }
  }
  const client = open()
  const headers = [
    ...['Host: 203.0.113.9', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
  ]
  const target = `${ROOMS_PATH}/?EIO=4&transport=websocket`
  client.connection.push([`GET ${target} HTTP/1.1`, ...headers].join('\r\n'))
  await until('the WebSocket', () => client.received.join('').includes(' 101 '))
  const others = Array.from({ length: 150 }, open)
  expect(others.filter(({ connection }) => !connection.destroyed).length).toBe(99)
  expect(client.connection.destroyed).toBe(false)
  sockets.close()
  await app.close()
})
