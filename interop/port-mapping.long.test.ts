/** Ports mapped by a real router: miniupnpd, in network namespaces. */
import { fileURLToPath } from 'node:url'
import type { PeerReach } from '@shoal/api'
import { until } from '@shoal/testing'
import type { PortMapping, PortMappingMethod } from '@shoal/torrent'
import { describe, expect, it } from 'vitest'
import { randomFile, sha256Of, type TempDir, tempDir } from './support/files.ts'
import {
  cannotCreateHome,
  HomeNetwork,
  type HomePeer,
  PLACES,
  type RouterOptions,
} from './support/home-network.ts'

const ENTRY = fileURLToPath(new URL('../apps/node/src/shoal.ts', import.meta.url))
const HUB = fileURLToPath(new URL('../apps/hub/src/shoal-hub.ts', import.meta.url))
const PORT = 6899
/** Pauses between queries that start programs. */
const SELDOM = { intervalMs: 500 }
/** The router maps it to another machine. */
const TAKEN = 6900

/** Resolves when the port is open for an address family. */
async function mapped(peer: HomePeer, family: 4 | 6, transport = 'tcp'): Promise<PortMapping> {
  let last: unknown
  const isWanted = (mapping: PortMapping) =>
    mapping.transport === transport &&
    mapping.externalPort !== null &&
    mapping.internalAddress.includes(':') === (family === 6)
  return until('the port is mapped', async () => {
    const { mapping } = await peer.call('status', {})
    last = mapping
    return mapping?.mappings.find(isWanted)
  }).catch(error => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`)
  })
}

/** Peers on the internet download the file from each of these addresses. */
async function getFrom(home: HomeNetwork, dir: TempDir, magnet: string, addresses: string[], path: string) {
  const outside = await home.peer('internet')
  const hash = await sha256Of(path)
  for (const [i, peer] of addresses.entries()) {
    await outside.call('open', { port: null })
    const { file } = await outside.call('get', { magnet, directory: dir.join(`get-${i}`), peer, seconds: 20 })
    expect(await sha256Of(file)).toBe(hash)
    await outside.call('close', {})
  }
}

describe.skipIf(cannotCreateHome)('a router', () => {
  it.each<[PortMappingMethod, PortMappingMethod, RouterOptions]>([
    ['pcp', 'pcp', {}],
    ['nat-pmp', 'upnp', { pcp: false }],
    ['upnp', 'pcp', { natPmp: false }],
  ])(
    'lets peers from outside download: IPv4 by %s, IPv6 by %s; until the session closes; maps again after it was off',
    async (method, method6, router) => {
      await using dir = await tempDir('home')
      await using home = await HomeNetwork.create(dir, router)
      const { path } = await randomFile(dir.join('inside', 'file.bin'), 300_000)
      const inside = await home.peer('home')
      await inside.call('open', { port: PORT, portMapping: true, dht: true, dhtNodes: [] })
      const magnet = await inside.call('seed', { path })

      const tcp = { externalAddress: PLACES.router[4], externalPort: PORT, problem: null }
      expect(await mapped(inside, 4)).toMatchObject({ method, ...tcp })
      expect(await mapped(inside, 4, 'udp')).toMatchObject({ method, externalPort: PORT })
      expect(await mapped(inside, 6)).toMatchObject({ method: method6, externalAddress: PLACES.home[6] })
      const addresses = [`${PLACES.router[4]}:${PORT}`, `[${PLACES.home[6]}]:${PORT}`]
      await getFrom(home, dir, magnet, addresses, path)
      expect(await inside.call('status', {})).toMatchObject({ isReachable: true })

      await inside.call('close', {})
      expect(home.mappings()).not.toContain('dport')

      await inside.call('open', { port: PORT, portMapping: true })
      await mapped(inside, 4)
      await home.stopRouter()
      expect(home.mappings()).not.toContain('dport')
      await home.startRouter()
      const { 4: address } = PLACES.home
      const isBack = () => home.mappings().includes(`dnat ip to ${address}:${PORT}`)
      await until('the port is mapped again', isBack, SELDOM)
    },
  )

  it('maps another port of a node if one is taken, through which a hub reaches it, as its health tells', async () => {
    await using dir = await tempDir('home')
    await using home = await HomeNetwork.create(dir, { natPmp: false })
    home.run('home', 'ip', 'addr', 'add', '192.168.1.3/24', 'dev', 'eth')
    const other = await home.peer('home')
    await other.call('open', { port: TAKEN, host: '192.168.1.3', portMapping: true })
    await mapped(other, 4)

    const env = { HOME: dir.path, SHOAL_STATE: dir.join('state') }
    const places = ['--data-dir', dir.join('data')]
    const peers = ['--peer-host', PLACES.home[4], '--peer-port', String(TAKEN), '--no-dht', '--no-lsd']
    const ports = ['--port', '0', ...peers, '--dir', dir.join('downloads')]
    await using stack = new AsyncDisposableStack()
    const { 4: outside } = PLACES.internet
    const hub = await home.start('internet', process.execPath, [HUB, '--only-tracker', '--host', outside])
    stack.defer(() => hub.stop())
    const trackers = ['--set', `network.shareTrackers=["http://${outside}:6969/announce"]`]
    const words = [ENTRY, 'start', ...places, ...ports, ...trackers]
    const node = await home.start('home', process.execPath, words, { env })
    stack.defer(() => node.stop())
    const shoal = (...words: string[]) =>
      home.run('home', process.execPath, ENTRY, ...words, ...places, '--json')
    const reach = await until(
      'the port is mapped',
      () => {
        const { reach } = JSON.parse(shoal('health')) as { reach: PeerReach }
        return reach.ipv4.reason === 'mapped' && reach
      },
      SELDOM,
    )
    const [{ externalPort, internalPort } = {}] = reach.mappings
    expect([reach.port, internalPort]).toEqual([TAKEN, TAKEN])
    expect(externalPort).not.toBe(TAKEN)
    expect(home.mappings()).toContain(`dport ${externalPort} dnat ip to 192.168.1.2:${TAKEN}`)

    shoal('open-up', '--test')
    const tested = JSON.parse(shoal('health')).reach as PeerReach
    expect(tested).toMatchObject({ state: 'reachable', reason: 'connected' })
    expect(tested.ipv4).toMatchObject({
      address: PLACES.router[4],
      port: externalPort,
      arrivals: [{ transport: 'tcp', host: outside }],
    })

    shoal('settings', 'set', 'network.portMapping', 'off')
    await until('it is not mapped', () => !home.mappings().includes(`dport ${externalPort}`), SELDOM)
    expect(home.mappings()).toContain(`dport ${TAKEN}`)
    shoal('settings', 'set', 'network.portMapping', 'on')
    await until('it is mapped again', () => home.mappings().includes(`192.168.1.2:${TAKEN}`), SELDOM)
    await node.stop()
    expect(home.mappings()).not.toContain(`192.168.1.2:${TAKEN}`)
  })
})
