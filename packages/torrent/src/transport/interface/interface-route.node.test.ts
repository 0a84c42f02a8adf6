import { type AddressInfo, createServer } from 'node:net'
import { limitMs } from '@shoal/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { openDatagram } from '../datagram.node.ts'
import type { Route } from '../route.node.ts'
import { checkInterface, openInterfaceRoute } from './interface-route.node.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const signal = AbortSignal.timeout(limitMs(50))

function route(name: string): Route {
  const opened = openInterfaceRoute({ name, clock: systemClock })
  closing.push(() => opened.close())
  return opened
}

async function greeter(): Promise<number> {
  const server = createServer(socket => socket.on('error', () => {}).end('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return (server.address() as AddressInfo).port
}

it.each([['tun 0'], ['a/b'], [''], ['sixteen-letters-'], ['tun0\n']])(
  '%j is refused as a network interface',
  name => {
    expect(() => checkInterface(name, [])).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  },
)

it('DNS servers are addresses, and few', () => {
  checkInterface('wg0', ['192.0.2.1', '2001:db8::1'])
  for (const wrong of [['dns.example'], ['192.0.2.1:53'], Array(4).fill('192.0.2.1')])
    expect(() => checkInterface('wg0', wrong)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})

it.runIf(process.platform !== 'linux')('is refused where sockets cannot be bound', () => {
  expect(() => route('lo')).toThrow(expect.objectContaining({ code: 'unsupported' }))
})

// The loopback interface acts as a VPN that reaches only this machine.
describe.runIf(process.platform === 'linux')('a route through one interface', () => {
  it.each(['lo', '127.0.0.1'])('connects through it, given as %s', async name => {
    const socket = await route(name).connect({ host: '127.0.0.1', port: await greeter() }, { signal })
    expect(socket.readableLength).toBe(0)
    let text = ''
    for await (const bytes of socket) text += bytes
    expect(text).toBe('hello')
  })

  it('says who refuses', async () => {
    const port = await greeter()
    await closing.pop()!()
    const refused = route('lo').connect({ host: '127.0.0.1', port }, { signal })
    await expect(refused).rejects.toMatchObject({ code: 'refused' })
  })

  it('accepts connections on it', async () => {
    const server = createServer(socket => socket.end('welcome'))
    closing.push(() => server.close())
    const opened = route('lo')
    closing.push(await opened.listen!(server, { port: 0 }))
    const { port } = server.address() as AddressInfo
    for (const host of ['127.0.0.1', '::1']) {
      const socket = await opened.connect({ host, port }, { signal }).catch(() => null)
      // A machine without IPv6 has no ::1.
      if (!socket && host === '::1') continue
      let text = ''
      for await (const bytes of socket!) text += bytes
      expect(text).toBe('welcome')
    }
  })

  it('sends and receives datagrams', async () => {
    const opened = route('lo')
    const socket = await opened.openDatagram({ family: 4, port: 0 })
    const other = await openDatagram({ family: 4, port: 0, host: '127.0.0.1' })
    closing.push(
      () => socket.close(),
      () => other.close(),
    )
    other.onMessage = (bytes, host, port) => other.send(bytes, host, port)
    const answer = new Promise<string>(resolve => {
      socket.onMessage = bytes => resolve(Buffer.from(bytes).toString())
    })
    socket.send(Buffer.from('ping'), '127.0.0.1', other.port)
    expect(await answer).toBe('ping')
    await expect(opened.openDatagram({ family: 4, port: socket.port })).rejects.toMatchObject({
      code: 'refused',
    })
  })

  it('that is missing lets nothing out, and says so', async () => {
    const opened = route('nowhere7')
    expect(opened.health.problem).toContain('the network interface nowhere7 is missing')
    const port = await greeter()
    const connecting = opened.connect({ host: '127.0.0.1', port }, { signal })
    await expect(connecting).rejects.toThrow('nowhere7')
    const socket = await opened.openDatagram({ family: 4, port: 0 })
    closing.push(() => socket.close())
    const failure = new Promise<Error>(resolve => socket.send(Buffer.from('x'), '127.0.0.1', port, resolve))
    expect(await failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('nowhere7') })
    await expect(opened.resolveHost('a.example')).rejects.toMatchObject({ code: 'unreachable' })
  })
})
