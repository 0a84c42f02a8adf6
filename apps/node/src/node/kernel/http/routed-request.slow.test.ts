import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { limitMs } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { openRoute } from '@shoal/torrent/route'
import { TestProxy } from '@shoal/torrent/testing/proxy'
import { afterEach, expect, test } from 'vitest'
import { httpGet, readBody } from './http-request.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function behindProxy() {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    if (request.url === '/inside')
      response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
    else response.end('content')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy = await TestProxy.open({ names: { 'files.example': '127.0.0.1' } })
  const route = openRoute({ proxy: { url: proxy.url, mode: 'strict' }, clock: systemClock })!
  closing.push(
    () => server.close(),
    () => proxy.close(),
    () => route.close(),
  )
  return { seen, port, proxy, route }
}

const signal = AbortSignal.timeout(limitMs(30))

test('a request behind a strict proxy leaves the name to it and says nothing about us', async () => {
  const { seen, port, proxy, route } = await behindProxy()
  const answer = await httpGet(new URL(`http://files.example:${port}/a`), {
    signal,
    userAgent: 'Shoal/1',
    route,
  })
  expect(String(await readBody(answer, 1000, signal))).toBe('content')
  expect(answer.isFromInside).toBe(false)
  expect(proxy.connects).toEqual([`files.example:${port}`])
  expect(seen[0]!.headers).not.toHaveProperty('user-agent')
})

test('a server behind the proxy cannot redirect into the local network, though the proxy is in it', async () => {
  const { port, proxy, route } = await behindProxy()
  const url = new URL(`http://files.example:${port}/inside`)
  await expect(httpGet(url, { signal, userAgent: 'Shoal/1', route })).rejects.toMatchObject({
    code: 'bad-message',
  })
  expect(proxy.connects).toEqual([`files.example:${port}`])
})
