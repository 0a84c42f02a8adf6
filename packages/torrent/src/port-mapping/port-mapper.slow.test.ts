import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { localNetworks } from './local-networks.node.ts'
import { openPortMapper } from './port-mapper.node.ts'
import { routerHttp } from './router-http.node.ts'

const ASK = { method: 'GET', headers: {}, localAddress: '127.0.0.1', maxBytes: 256 * 1024 } as const

/** A device on this machine. Returns its URL. */
async function device(answer: Parameters<typeof createServer>[1] & {}) {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (path: string) => ({ host: '127.0.0.1', port, path }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('reads an answer of a router, and not more than the limit of one that never ends', async () => {
  let sent = 0
  await using router = await device((request, response) => {
    if (request.url === '/small') return response.end(`${request.method} ${request.headers.host}`)
    const more = () => {
      while (!response.destroyed && sent < 100e6 && response.write(new Uint8Array(65_536))) sent += 65_536
    }
    response.on('drain', more)
    return more()
  })
  const { signal } = new AbortController()
  const small = await routerHttp(router.url('/small'), ASK, signal)
  expect(new TextDecoder().decode(small.body)).toBe(`GET 127.0.0.1:${router.url('').port}`)
  await expect(routerHttp(router.url('/endless'), ASK, signal)).rejects.toMatchObject({ code: 'too-large' })
  expect(sent).toBeLessThan(20e6)
})

test('follows no redirect, and gives up on a router that is silent or speaks something else', async () => {
  await using router = await device((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    else if (request.url === '/noise') response.socket!.end('220 ready\r\n')
  })
  const controller = new AbortController()
  expect((await routerHttp(router.url('/moved'), ASK, controller.signal)).status).toBe(302)
  await expect(routerHttp(router.url('/noise'), ASK, controller.signal)).rejects.toMatchObject({
    code: 'bad-message',
  })
  const silent = routerHttp(router.url('/silent'), ASK, controller.signal)
  controller.abort(new Error('time is up'))
  await expect(silent).rejects.toThrow('time is up')
  await expect(
    routerHttp({ host: '127.0.0.1', port: 1, path: '/' }, ASK, new AbortController().signal),
  ).rejects.toMatchObject({ code: 'unreachable' })
})

test('finds neither loopback nor link-local addresses', async () => {
  for (const { address, family, prefixLength } of await localNetworks()) {
    expect(address).not.toMatch(/^(127\.|169\.254\.|::1$|fe80:|f[cd])/)
    expect(prefixLength).toBeLessThanOrEqual(family === 4 ? 32 : 128)
  }
})

test.each(['127.0.0.1', '::1', 'localhost'])('maps nothing for %s', host => {
  expect(openPortMapper({ host, ports: { tcp: 1, udp: 1 }, onChange() {} })).toBeNull()
})
