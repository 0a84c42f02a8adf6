import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { takeBodies } from './take-bodies.ts'

test('a body of any type is read as bytes; an endless or too large one is rejected', async () => {
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  takeBodies(app, 50)
  app.post('/', { bodyLimit: 10 }, async ({ body }) => (body as Buffer).toString())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const post = (body: string) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })
  expect(await (await post('a=b')).text()).toBe('a=b')
  expect(await (await post('a'.repeat(11))).json()).toMatchObject({ code: 'too-large' })
  const socket = connect(port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/x\r\nContent-Length: 9\r\n\r\na')
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toContain('took too long')
  socket.destroy()
  await app.close()
})
