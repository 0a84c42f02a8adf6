import { systemRandom } from '@shoal/torrent/base'
import { afterEach, expect, it } from 'vitest'
import { type Host, type HostOptions, openHost } from './host.node.ts'

const open: Host[] = []

async function start(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await openHost({
    seed: systemRandom.bytes(32),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    ...options,
  })
  open.push(host)
  return host
}

/** Resolves when the DHT of `host` knows `count` others. */
async function knows(host: Host, count: number): Promise<void> {
  await expect.poll(() => host.kad.tableSize, { timeout: 15_000 }).toBeGreaterThanOrEqual(count)
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(host => host.close()))
})

it('has the same PeerId with the same key, and another with another', async () => {
  const seed = systemRandom.bytes(32)
  const first = await start({ seed })
  const id = first.libp2p.peerId.toString()
  await first.close()
  expect((await start({ seed })).libp2p.peerId.toString()).toBe(id)
  expect((await start()).libp2p.peerId.toString()).not.toBe(id)
})

it('finds through a third node what another provides', async () => {
  const [meeting, provider, seeker] = [await start(), await start(), await start()]
  for (const host of [provider, seeker]) await host.libp2p.dial(meeting.libp2p.getMultiaddrs())
  await knows(meeting, 2)
  await knows(provider, 1)
  await knows(seeker, 1)
  const key = Uint8Array.of(0x12, 0x20, ...systemRandom.bytes(32))
  expect(await provider.kad.provide(key)).toBeGreaterThan(0)
  const [found] = await seeker.kad.findProviders(key)
  expect(found!.id).toEqual(provider.libp2p.peerId.toMultihash().bytes)
})

it('neither dials nor accepts blocked addresses', async () => {
  const blocking = await start({ blocks: ip => ip === '127.0.0.1' })
  const other = await start()
  await expect(blocking.libp2p.dial(other.libp2p.getMultiaddrs())).rejects.toThrow()
  await expect(other.libp2p.dial(blocking.libp2p.getMultiaddrs())).rejects.toThrow()
  expect(blocking.libp2p.getConnections()).toEqual([])
})
