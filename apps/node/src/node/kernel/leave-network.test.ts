import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { closeDatagrams } from './leave-network.ts'

async function bound(host: string): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  return socket
}

test('sockets that reach others are closed, also next to one that was closed a moment ago', async () => {
  const [inner, gone, open] = [await bound('127.0.0.1'), await bound('0.0.0.0'), await bound('0.0.0.0')]
  const unbound = createSocket('udp4')
  const closed = [once(open, 'close'), once(unbound, 'close')]
  gone.close()
  closeDatagrams()
  // Until the next turn of the event loop, it is still an active handle, but has no address.
  await Promise.all(closed)
  expect(inner.address().port).toBeGreaterThan(0)
  inner.close()
})
