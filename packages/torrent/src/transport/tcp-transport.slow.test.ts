import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { limitMs } from '@shoal/testing'
import { expect, it } from 'vitest'
import { testTransport } from './compliance.ts'
import { TcpTransport } from './tcp-transport.node.ts'

testTransport('TCP over IPv4', () => ({ transport: new TcpTransport(), host: '127.0.0.1' }))
testTransport('TCP over IPv6', () => ({ transport: new TcpTransport(), host: '::1' }))

it('a graceful close does not wait forever for a peer that reads nothing', async () => {
  const accepted: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, socket => {
    accepted.push(socket.on('error', () => {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const transport = new TcpTransport()
  const { port } = server.address() as AddressInfo
  const connection = await transport.dial(
    { host: '127.0.0.1', port },
    { signal: AbortSignal.timeout(limitMs(30)) },
  )
  const ended = new Promise<unknown>(onClose => connection.start({ onData() {}, onDrain() {}, onClose }))
  connection.write(new Uint8Array(64 << 20))
  connection.close(true)
  await ended
  expect(accepted).toHaveLength(1)
  for (const socket of accepted) socket.destroy()
  server.close()
  await transport.close()
})
