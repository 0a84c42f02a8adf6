import type { FoundPeer } from '@shoal/network/host'
import { seededRandom } from '@shoal/torrent/base'
import { MemoryDatagramNetwork, VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import { LocalNetwork } from './local-network.ts'

const MINUTE_MS = 60_000

function twoNodes() {
  const clock = new VirtualClock()
  const network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
  const node = (ip: string, port: number) => {
    const met: FoundPeer[] = []
    const local = new LocalNetwork({
      ...{ clock, random: seededRandom(port), rendezvous: new Uint8Array(20).fill(7), port },
      onPeers: peers => met.push(...peers),
      openDatagram: network.host({ 4: ip }),
    })
    return { local, met }
  }
  return { clock, network, first: node('192.168.1.2', 6882), second: node('192.168.1.3', 7000) }
}

test('meets the nodes of the local network that announce their port', async () => {
  const { clock, first, second } = twoNodes()
  first.local.follow(true)
  await clock.advance(MINUTE_MS)
  second.local.follow(true)
  await clock.advance(1000)
  expect(first.met).toEqual([{ host: '192.168.1.3', port: 7000 }])
  await clock.advance(6 * MINUTE_MS)
  expect(second.met).toContainEqual({ host: '192.168.1.2', port: 6882 })
})

test('announces nothing while it is off, and again when it is on', async () => {
  const { clock, network, first, second } = twoNodes()
  first.local.follow(true)
  second.local.follow(true)
  second.local.follow(false)
  await clock.advance(10 * MINUTE_MS)
  expect(first.met).toEqual([])
  second.local.follow(true)
  await clock.advance(1000)
  expect(first.met).toEqual([{ host: '192.168.1.3', port: 7000 }])
  await Promise.all([first.local.close(), second.local.close()])
  const { sentCount } = network
  await clock.advance(10 * MINUTE_MS)
  expect(network.sentCount).toBe(sentCount)
})
