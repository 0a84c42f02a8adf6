import { expect, test } from 'vitest'
import type { ExternalEndpoint, PortMapper, PortsToMap } from '../port-mapping/port-mapping.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import type { SessionEnvironment } from './environment.ts'
import { SessionWorld } from './testing/world.ts'

const memory = true
const TRACKER = 'http://tracker.example/announce'

/** A router that maps port 6881 to another one. */
class TestMapper implements PortMapper {
  endpoints: ExternalEndpoint[] = []
  readonly status = { searching: false, isDirect: false, mappings: [], problem: null }
  readonly asked: PortsToMap[] = []
  changes = 0
  isClosed = false
  limitMs: number | undefined
  #onChange = () => {}

  readonly environment: SessionEnvironment = {
    openPortMapper: ({ ports, onChange }) => {
      this.isClosed = false
      this.asked.push(ports)
      this.#onChange = onChange
      return this
    },
  }

  map(port: number): void {
    const { tcp } = this.asked.at(-1)!
    this.endpoints = [{ transport: 'tcp', address: '80.1.2.3', port, internalPort: tcp, family: 4 }]
    this.#onChange()
  }

  setPorts(ports: PortsToMap): void {
    this.asked.push(ports)
  }

  networkChanged(): void {
    this.changes++
  }

  async close(limitMs?: number): Promise<void> {
    this.limitMs = limitMs
    this.isClosed = true
  }
}

test('announces the external port to trackers and strangers, and the own one in the local network', async () => {
  await using world = new SessionWorld()
  const mapper = new TestMapper()
  const told: string[] = []
  const httpGet = async (asked: string) => {
    told.push(new URL(asked).searchParams.get('port')!)
    return { status: 200, body: new TextEncoder().encode('d8:intervali1800e5:peers0:e') }
  }
  const content = await testTorrent({})
  const options = { portMapping: true, trackers: true, lsd: true }
  const session = await world.open('80.0.0.1', options, { ...mapper.environment, httpGet })
  const torrent = await session.add({ ...content.metainfo, trackers: [[TRACKER]] }, { memory })
  await world.until('the tracker received an announce', () => told.length > 0)
  expect(told).toEqual(['6881'])
  mapper.map(12_345)
  expect(session.stats.externalAddresses.ipv4).toBe('80.1.2.3')
  await world.until('it receives the external port', () => told.includes('12345'), 40 * 60_000)

  const stranger = await world.seed('90.0.0.1', content, { limits: { uploadBytesPerSecond: 0 } })
  torrent.addPeer('90.0.0.1:6881')
  const address = () => stranger.peers()[0]?.listenAddress
  await world.until('a stranger knows our port', () => address() !== undefined)
  expect(address()).toBe('80.0.0.1:12345')
  world.sessions[1]!.setLimits({ uploadBytesPerSecond: Number.POSITIVE_INFINITY })
  await world.until('completion', () => torrent.stats.state === 'seeding')

  // BEP 14: the address is that of the datagram, so that only the own port leads to us.
  const neighbor = await world.open('10.0.0.2', { lsd: true })
  const same = await neighbor.add(content.metainfo, { memory })
  await world.until('it finds us', () => same.stats.state === 'seeding', 20 * 60_000)
})

test('maps the ports that it has, while its settings say so', async () => {
  await using world = new SessionWorld()
  const mapper = new TestMapper()
  const session = await world.open('80.0.0.1', { port: 6881 }, mapper.environment)
  expect([mapper.asked, session.portMapping]).toEqual([[], null])
  await session.configure({ portMapping: true })
  expect(mapper.asked).toEqual([{ tcp: 6881, udp: 0 }])
  expect(session.portMapping).toEqual(mapper.status)
  await session.configure({ port: 7000, dht: true })
  expect(mapper.asked.at(-1)).toEqual({ tcp: 7000, udp: 7000 })
  session.networkChanged()
  expect(mapper.changes).toBe(1)
  await session.configure({ port: null })
  expect([mapper.isClosed, session.portMapping]).toEqual([true, null])
  await session.configure({ port: 7000 })
  expect(mapper.isClosed).toBe(false)
  await session.configure({ portMapping: false })
  // Longer than at the exit: no user waits for it.
  expect([mapper.isClosed, mapper.limitMs]).toEqual([true, 20_000])
})

test('a session removes its mappings when it closes', async () => {
  const mapper = new TestMapper()
  {
    await using world = new SessionWorld()
    await world.open('80.0.0.1', { portMapping: true }, mapper.environment)
    expect(mapper.isClosed).toBe(false)
  }
  expect([mapper.isClosed, mapper.limitMs]).toEqual([true, undefined])
})
