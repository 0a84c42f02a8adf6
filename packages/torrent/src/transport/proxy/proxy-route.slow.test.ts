import { once } from 'node:events'
import { createServer, type AddressInfo as TcpAddress } from 'node:net'
import { limitMs } from '@shoal/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../base/clock.ts'
import { openDatagram } from '../datagram.node.ts'
import type { DatagramSocket } from '../datagram.ts'
import type { Route } from '../route.node.ts'
import { openProxyRoute, type ProxyMode } from './proxy-route.node.ts'
import { type ProxyServerOptions, TestProxy } from './testing/proxy-server.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function proxied(
  options: ProxyServerOptions = {},
  mode: ProxyMode = 'strict',
): Promise<{ proxy: TestProxy; route: Route }> {
  const proxy = await TestProxy.open(options)
  const route = openProxyRoute({ url: proxy.url, mode, clock: quickClock, openDatagram })
  closing.push(
    () => proxy.close(),
    () => route.close(),
  )
  return { proxy, route }
}

/** A server that greets every client. */
async function greeter(): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.write('hello')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return (server.address() as TcpAddress).port
}

/** A UDP service that sends everything back. */
async function echo(): Promise<number> {
  const socket = await openDatagram({ family: 4, port: 0, host: '127.0.0.1' })
  socket.onMessage = (bytes, host, port) => socket.send(bytes.slice(), host, port)
  closing.push(() => socket.close())
  return socket.port
}

async function text(socket: AsyncIterable<Buffer>): Promise<string> {
  for await (const bytes of socket) return String(bytes)
  return ''
}

/** Limits and retries take a tenth of their time. */
const quickClock: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / 10, callback) }
const signal = AbortSignal.timeout(limitMs(50))

describe.each(['socks5', 'http'] as const)('a %s proxy', kind => {
  it('resolves the names of hosts itself', async () => {
    const { proxy, route } = await proxied({ kind, names: { 'greeter.example': '127.0.0.1' } })
    const port = await greeter()
    const host = (await route.resolveHost('greeter.example'))[0]!.host
    const socket = await route.connect({ host, port }, { signal })
    expect(await text(socket)).toBe('hello')
    expect(proxy.connects).toEqual([`greeter.example:${port}`])
    expect(route.health.problem).toBeNull()
  })

  it('receives user name and password', async () => {
    const { proxy, route } = await proxied({ kind, user: 'anna', password: 'pass' })
    const socket = await route.connect({ host: '127.0.0.1', port: await greeter() }, { signal })
    socket.destroy()
    expect(proxy.credentials).toEqual(['anna:pass'])
  })

  it('that refuses the password is a problem, which is said without it', async () => {
    const { proxy } = await proxied({ kind, user: 'anna', password: 'right' })
    const url = proxy.url.replace('right', 'wrong')
    const route = openProxyRoute({ url, mode: 'strict', clock: quickClock, openDatagram })
    closing.push(() => route.close())
    await expect(route.connect({ host: '127.0.0.1', port: 1 }, { signal })).rejects.toMatchObject({
      name: 'ProxyFailure',
      message: expect.stringContaining('refuses the user name and password'),
    })
    expect(route.health.problem).not.toContain('wrong')
  })

  it('that works is not reported if a host does not', async () => {
    const { route } = await proxied({ kind })
    await expect(route.connect({ host: 'nobody.example', port: 1 }, { signal })).rejects.toMatchObject({
      name: 'ShoalError',
    })
    expect(route.health.problem).toBeNull()
  })

  it('that is gone is a problem until it is back', async () => {
    const { proxy, route } = await proxied({ kind })
    const { port } = proxy
    await proxy.close()
    await expect(route.connect({ host: '127.0.0.1', port: 1 }, { signal })).rejects.toMatchObject({
      name: 'ProxyFailure',
      code: 'refused',
    })
    expect(route.health.problem).toContain(`127.0.0.1:${port}`)
    const works = new Promise<void>(resolve => route.health.onChange(resolve))
    const again = await TestProxy.open({ kind, port })
    closing.push(() => again.close())
    await works
    expect(route.health.problem).toBeNull()
  })
})

describe('a SOCKS5 proxy that lies', () => {
  it.each([
    ['is cut off', Uint8Array.of(5, 0)],
    ['has another version', Uint8Array.of(4, 0, 0, 1, 0, 0, 0, 0, 0, 0)],
    ['has an unknown kind of address', Uint8Array.of(5, 0, 0, 9, 0, 0, 0, 0, 0, 0)],
    ['is something else', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is recognized when its answer %s', async (what, bytes) => {
    const { proxy, route } = await proxied({ lie: () => bytes })
    const connecting = route.connect({ host: '127.0.0.1', port: 1 }, { signal })
    if (what === 'is cut off') setTimeout(() => void proxy.close(), 50)
    await expect(connecting).rejects.toMatchObject({
      code: what === 'is cut off' ? 'unreachable' : 'bad-message',
    })
  })

  it('cannot send our datagrams to another host', async () => {
    // The relay in its reply is a service in our network.
    const port = await echo()
    const { route } = await proxied({
      lie: () => Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 1, port >>> 8, port & 255),
    })
    const socket = await route.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    // It went to the proxy's own address, where this test listens, and came back as a datagram of
    // the relay.
    expect(await answer(socket, '203.0.113.9', 53)).toEqual({ bytes: 'ping', host: '203.0.113.9', port: 53 })
  })
})

/**
 * Sends until an answer arrives, because the association takes a moment and datagrams may be lost.
 */
async function answer(socket: DatagramSocket, host: string, port: number) {
  const got = Promise.withResolvers<{ bytes: string; host: string; port: number }>()
  socket.onMessage = (bytes, from, fromPort) =>
    got.resolve({ bytes: Buffer.from(bytes).toString(), host: from, port: fromPort })
  const timer = setInterval(() => socket.send(Buffer.from('ping'), host, port), 20)
  try {
    return await got.promise
  } finally {
    clearInterval(timer)
  }
}

describe('datagrams', () => {
  it('go to names and addresses through the relay', async () => {
    const { proxy, route } = await proxied({ names: { 'echo.example': '127.0.0.1' } })
    const port = await echo()
    const socket = await route.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    expect(await answer(socket, 'echo.example', port)).toEqual({ bytes: 'ping', host: '127.0.0.1', port })
    expect(await answer(socket, '127.0.0.1', port)).toEqual({ bytes: 'ping', host: '127.0.0.1', port })
    expect(route.carriesUdp).toBe(true)
    expect(new Set(proxy.datagrams)).toEqual(new Set([`echo.example:${port}`, `127.0.0.1:${port}`]))
  })

  it('do not leave in strict mode without a relay', async () => {
    const { route } = await proxied({ udp: false })
    expect(route.carriesUdp).toBe(true)
    const port = await echo()
    const socket = await route.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    const failure = await new Promise<Error>(resolve => {
      const timer = setInterval(
        () =>
          socket.send(Buffer.from('ping'), '127.0.0.1', port, error => {
            if (!/UDP ASSOCIATE/.test(error.message)) return
            clearInterval(timer)
            resolve(error)
          }),
        20,
      )
    })
    expect(failure).toMatchObject({ code: 'unreachable' })
    expect(route.carriesUdp).toBe(false)
    const { route: http } = await proxied({ kind: 'http' })
    expect(http.carriesUdp).toBe(false)
  })

  it('are direct without a relay if the proxy is only preferred', async () => {
    for (const options of [{ udp: false }, { kind: 'http' }] as const) {
      const { proxy, route } = await proxied(options, 'prefer')
      const port = await echo()
      const socket = await route.openDatagram({ family: 4, port: 0, host: '127.0.0.1' })
      closing.push(() => socket.close())
      expect(await answer(socket, '127.0.0.1', port)).toMatchObject({ bytes: 'ping' })
      expect(proxy.datagrams).toEqual([])
      expect(route.carriesUdp).toBe(true)
    }
  })

  it('are not direct if a preferred proxy fails', async () => {
    const { proxy, route } = await proxied({}, 'prefer')
    await proxy.close()
    const port = await echo()
    const socket = await route.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    const error = await new Promise(resolve => socket.send(Buffer.from('ping'), '127.0.0.1', port, resolve))
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('does not work') })
  })

  it('come through a new relay when the old one is lost', async () => {
    const { proxy, route } = await proxied()
    const { port } = proxy
    const service = await echo()
    const socket = await route.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    await answer(socket, '127.0.0.1', service)
    await proxy.close()
    const again = await TestProxy.open({ port })
    closing.push(() => again.close())
    expect(await answer(socket, '127.0.0.1', service)).toMatchObject({ bytes: 'ping' })
    expect(again.datagrams).toContain(`127.0.0.1:${service}`)
  })

  it('of others than the relay are dropped', async () => {
    const { proxy, route } = await proxied()
    let local = 0
    const watched = openProxyRoute({
      url: proxy.url,
      mode: 'strict',
      clock: quickClock,
      openDatagram: async options => {
        const socket = await openDatagram(options)
        local = socket.port
        return socket
      },
    })
    closing.push(() => watched.close())
    const socket = await watched.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    const service = await echo()
    await answer(socket, '127.0.0.1', service)
    const received: string[] = []
    const done = new Promise<void>(resolve => {
      socket.onMessage = bytes => {
        received.push(Buffer.from(bytes).toString())
        if (received.includes('last')) resolve()
      }
    })
    const stranger = await openDatagram({ family: 4, port: 0, host: '127.0.0.1' })
    closing.push(() => stranger.close())
    stranger.send(Buffer.from('\0\0\0\x01\x01\x02\x03\x04\0\x50forged', 'latin1'), '127.0.0.1', local)
    socket.send(Buffer.from('last'), '127.0.0.1', service)
    await done
    expect(received).not.toContain('forged')
    await route.close()
  })

  it('of a multicast group do not leave in strict mode', async () => {
    const { route } = await proxied()
    await expect(
      route.openDatagram({ family: 4, port: 0, multicast: { group: '239.192.152.143' } }),
    ).rejects.toMatchObject({ code: 'unsupported' })
  })
})

it('names of the local network are not asked of the proxy', async () => {
  const { route } = await proxied()
  expect(await route.resolveHost('localhost')).toEqual([{ host: '127.0.0.1', family: 4 }])
  await expect(route.resolveHost('printer.local')).rejects.toMatchObject({ code: 'unreachable' })
})

it('a strict proxy needs an address, because its own name would have to be looked up', () => {
  const open = (mode: ProxyMode) =>
    openProxyRoute({ url: 'socks5://proxy.example', mode, clock: quickClock, openDatagram })
  expect(() => open('strict')).toThrow(/IP address/)
  expect(open('prefer').isAnonymous).toBe(false)
})
