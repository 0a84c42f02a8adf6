import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import { openDatagram } from '../datagram.node.ts'
import { DnsClient } from './dns-client.node.ts'
import { DnsServer } from './testing/dns-server.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const quickClock: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / 20, callback) }

async function client(server: DnsServer, servers = ['127.0.0.1']): Promise<DnsClient> {
  const opened = new DnsClient({
    ...{ clock: quickClock, random: systemRandom, openDatagram, port: server.port },
    connect: ({ host, port }) => server.connect(host, port),
    servers: async () => servers,
    families: () => [4, 6],
  })
  closing.push(
    () => opened.close(),
    () => server.close(),
  )
  return opened
}

describe('names on a network interface', () => {
  it('are asked for in both families, once', async () => {
    const server = await DnsServer.open({ 'a.example': ['192.0.2.1', '2001:db8::1'] })
    const { resolveHost } = await client(server)
    const both = [
      { host: '192.0.2.1', family: 4 },
      { host: '2001:db8::1', family: 6 },
    ]
    expect(await Promise.all([resolveHost('A.example.'), resolveHost('a.example')])).toEqual([both, both])
    expect(await resolveHost('a.example')).toEqual(both)
    expect(server.asked).toEqual(['a.example', 'a.example'])
  })

  it('that are addresses or this machine are not asked for', async () => {
    const server = await DnsServer.open({})
    const { resolveHost } = await client(server)
    expect(await resolveHost('[2001:DB8::1]')).toEqual([{ host: '2001:db8::1', family: 6 }])
    expect(await resolveHost('localhost')).toEqual([{ host: '127.0.0.1', family: 4 }])
    await expect(resolveHost('nas.local')).rejects.toMatchObject({ code: 'unreachable' })
    expect(server.asked).toEqual([])
  })

  it('with aliases that the server does not follow are asked for by those', async () => {
    const server = await DnsServer.open({ 'a.example': 'b.example', 'b.example': ['192.0.2.2'] })
    const { resolveHost } = await client(server)
    expect(await resolveHost('a.example')).toEqual([{ host: '192.0.2.2', family: 4 }])
  })

  it('with aliases in a circle are given up', async () => {
    const server = await DnsServer.open({ 'a.example': 'b.example', 'b.example': 'a.example' })
    const { resolveHost } = await client(server)
    await expect(resolveHost('a.example')).rejects.toMatchObject({ code: 'unreachable' })
    expect(server.asked.length).toBeLessThan(20)
  })

  it('that do not exist are unknown', async () => {
    const { resolveHost } = await client(await DnsServer.open({}))
    await expect(resolveHost('no.example')).rejects.toThrow('the host no.example is unknown')
  })

  it('are asked for over TCP if the answer does not fit a datagram', async () => {
    const server = await DnsServer.open({ 'a.example': ['192.0.2.1'] }, { isCut: true })
    const { resolveHost } = await client(server)
    expect(await resolveHost('a.example')).toEqual([{ host: '192.0.2.1', family: 4 }])
    expect(server.connections).toBeGreaterThan(0)
  })

  it('are asked of the next server if one is silent, and of it only', async () => {
    const server = await DnsServer.open({ 'a.example': ['192.0.2.1'] })
    const { resolveHost } = await client(server, ['127.0.0.9', '127.0.0.1'])
    expect(await resolveHost('a.example')).toEqual([{ host: '192.0.2.1', family: 4 }])
  })

  it('are not taken from strangers or with the wrong number', async () => {
    const server = await DnsServer.open({ 'a.example': ['192.0.2.1'] }, { forges: true })
    const { resolveHost } = await client(server)
    expect(await resolveHost('a.example')).toEqual([{ host: '192.0.2.1', family: 4 }])
  })

  it('without a server that answers say which was asked', async () => {
    const server = await DnsServer.open({}, { isSilent: true })
    const { resolveHost } = await client(server)
    await expect(resolveHost('a.example')).rejects.toThrow(
      /cannot look up a\.example by 127\.0\.0\.1: no answer/,
    )
  })
})

it('a connection for names that never answers is closed', async () => {
  const silent = createServer(socket => socket.on('error', () => {}).resume())
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const server = await DnsServer.open({ 'a.example': ['192.0.2.1'] }, { isCut: true })
  const port = (silent.address() as AddressInfo).port
  server.connect = (host, _port) => DnsServer.connect(host, port)
  const { resolveHost } = await client(server)
  await expect(resolveHost('a.example')).rejects.toMatchObject({ code: 'unreachable' })
  await new Promise(resolve => silent.close(resolve))
})
