/** Ports that a real router maps: miniupnpd, in network namespaces. */
import type { PortMapping, PortMappingMethod } from '@shoal/torrent'
import { describe, expect, it } from 'vitest'
import { randomFile, sha256Of, type TempDir, tempDir } from './support/files.ts'
import { cannotCreateHome, HomeNetwork, type HomePeer, PLACES } from './support/home-network.ts'
import { until } from './support/wait.ts'

const PORT = 6899
/** Other clients have mapped this port of the router. */
const TAKEN = 6900

/** Resolves when the port is open for an address family. */
async function mapped(peer: HomePeer, family: 4 | 6, transport = 'tcp'): Promise<PortMapping> {
  let last: unknown
  const isWanted = (mapping: PortMapping) =>
    mapping.transport === transport &&
    mapping.externalPort !== null &&
    mapping.internalAddress.includes(':') === (family === 6)
  return until('the port is mapped', async () => {
    last = (await peer.call('status', {})).mapping
    return (last as { mappings?: PortMapping[] } | null)?.mappings?.find(isWanted)
  }).catch(error => {
    throw new Error(`${String(error)}: ${JSON.stringify(last)}`)
  })
}

/** A peer at home that seeds a file. */
async function seedAtHome(home: HomeNetwork, dir: TempDir, port = PORT) {
  const { path } = await randomFile(dir.join('inside', 'file.bin'), 300_000)
  const inside = await home.peer('home')
  await inside.call('open', { port, portMapping: true, dht: true, dhtNodes: [] })
  return { inside, path, magnet: await inside.call('seed', { path }) }
}

/** Downloads the file on the internet, from that address. */
async function getOutside(home: HomeNetwork, dir: TempDir, magnet: string, peer: string, path: string) {
  const outside = await home.peer('internet')
  await outside.call('open', { port: null })
  const { file } = await outside.call('get', { magnet, directory: dir.join('outside'), peer, seconds: 20 })
  expect(await sha256Of(file)).toBe(await sha256Of(path))
}

const isOpen = (home: HomeNetwork, port: number) => home.mappings().includes(`dport ${port}`)

describe.skipIf(cannotCreateHome)('a router', () => {
  it.each<[PortMappingMethod, object]>([
    ['pcp', {}],
    ['nat-pmp', { pcp: false }],
    ['upnp', { natPmp: false }],
  ])('lets a peer from outside download by %s, until the session closes', async (method, router) => {
    await using dir = await tempDir('home')
    await using home = await HomeNetwork.create(dir, router)
    const { inside, path, magnet } = await seedAtHome(home, dir)

    const tcp = await mapped(inside, 4)
    expect(tcp).toMatchObject({
      method,
      externalAddress: PLACES.router[4],
      externalPort: PORT,
      problem: null,
    })
    expect(await mapped(inside, 4, 'udp')).toMatchObject({ method, externalPort: PORT })
    await getOutside(home, dir, magnet, `${tcp.externalAddress}:${tcp.externalPort}`, path)
    expect(await inside.call('status', {})).toMatchObject({ isReachable: true })

    await inside.call('close', {})
    expect(home.mappings()).not.toContain('dport')
  })

  it('opens its firewall for IPv6, by PCP and by UPnP', async () => {
    for (const [method, router] of [
      ['pcp', {}],
      ['upnp', { pcp: false }],
    ] as const) {
      await using dir = await tempDir('home')
      await using home = await HomeNetwork.create(dir, router)
      const { inside, path, magnet } = await seedAtHome(home, dir)
      expect(await mapped(inside, 6)).toMatchObject({
        method,
        externalAddress: PLACES.home[6],
        externalPort: PORT,
      })
      await getOutside(home, dir, magnet, `[${PLACES.home[6]}]:${PORT}`, path)
      await inside.call('close', {})
      expect(home.mappings()).not.toContain('dport')
    }
  })

  it.each<[PortMappingMethod, object]>([
    ['pcp', {}],
    ['upnp', { natPmp: false }],
  ])('is asked again after it was switched off and on (%s)', async (_method, router) => {
    await using dir = await tempDir('home')
    await using home = await HomeNetwork.create(dir, router)
    const { inside, path, magnet } = await seedAtHome(home, dir)
    const { externalAddress } = await mapped(inside, 4)
    await home.stopRouter()
    expect(isOpen(home, PORT)).toBe(false)
    await home.startRouter()
    await until('the port is mapped again', () => home.mappings().includes('dnat ip to 192.168.1.2'))
    await getOutside(home, dir, magnet, `${externalAddress}:${PORT}`, path)
  })

  it('maps another port if that one is taken, and follows a changed port', async () => {
    await using dir = await tempDir('home')
    await using home = await HomeNetwork.create(dir, { natPmp: false })
    // A mapping of another machine.
    home.run('home', 'ip', 'addr', 'add', '192.168.1.3/24', 'dev', 'eth')
    const other = await home.peer('home')
    await other.call('open', { port: TAKEN, host: '192.168.1.3', portMapping: true })
    await mapped(other, 4)
    const inside = await home.peer('home')
    await inside.call('open', { port: TAKEN, host: PLACES.home[4], portMapping: true })
    const { externalPort } = await mapped(inside, 4)
    expect(externalPort).not.toBe(TAKEN)
    await inside.call('configure', { port: PORT })
    await until('the new port is mapped', () => isOpen(home, PORT))
    await until('the old one is not', () => !isOpen(home, externalPort!))
    await inside.call('configure', { portMapping: false })
    expect(isOpen(home, PORT)).toBe(false)
    expect(isOpen(home, TAKEN)).toBe(true)
  })
})
