import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import { connectionGate } from './gate.ts'

/** An accepted connection on which nothing has arrived. */
function connectionFrom(address: string) {
  const version = address.includes(':') ? 'ip6' : 'ip4'
  const remoteAddr = multiaddr(`/${version}/${address}/tcp/4001`)
  const made = Object.assign(new EventTarget(), {
    remoteAddr,
    isOpen: true,
    abort() {
      made.isOpen = false
    },
  })
  return made as unknown as MultiaddrConnection & {
    readonly isOpen: boolean
  }
}

function open() {
  const clock = new VirtualClock()
  const limits = { maxIncoming: 100, maxPending: 60 }
  const gate = connectionGate({ ...limits, blocks: () => false, connections: () => [], clock })
  const all: ReturnType<typeof connectionFrom>[] = []
  /** Opens connections, slowly. Returns the admitted ones. */
  const from = async (...addresses: string[]) => {
    const made = addresses.map(connectionFrom)
    const admitted: typeof made = []
    for (const each of made) {
      await clock.advance(100)
      if (!gate.denyInboundConnection!(each)) admitted.push(each)
    }
    all.push(...admitted)
    return admitted
  }
  const pending = () => all.filter(({ isOpen }) => isOpen).length
  return { gate, clock, from, pending }
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
const isOpen = (connections: readonly { readonly isOpen: boolean }[]) => connections.map(each => each.isOpen)

it.each([
  ['a /24', (at: number) => `203.0.113.${at}`, '203.0.114.1'],
  ['a /48', (at: number) => `2001:db8:0:${at}::1`, '2001:db8:1::1'],
])(
  'closes the oldest of eight connections of %s that say nothing for the next one',
  async (_, at, elsewhere) => {
    const { from } = open()
    const first = await from(...numbers(8).map(at))
    const [other] = await from(elsewhere)
    expect(await from(at(9))).toHaveLength(1)
    expect(isOpen(first)).toEqual([false, ...Array(7).fill(true)])
    expect(other!.isOpen).toBe(true)
  },
)

it('closes those of the address that has most of them, so that its neighbors have time', async () => {
  const { from } = open()
  const [neighbor] = await from('203.0.113.1')
  const silent = await from(...Array<string>(100).fill('203.0.113.2'))
  expect(silent).toHaveLength(100)
  expect(neighbor!.isOpen).toBe(true)
  expect(silent.filter(each => each.isOpen)).toHaveLength(7)
  expect(silent.at(-1)!.isOpen).toBe(true)
})

it.each(['192.168.1.7', '127.0.0.1'])('holds thirty of %s, where all may come through a proxy', async ip => {
  const { from, pending } = open()
  await from(...Array<string>(30).fill(ip))
  expect(pending()).toBe(30)
  const [newcomer] = await from(ip)
  expect(newcomer!.isOpen).toBe(true)
  expect(pending()).toBe(30)
})

it('holds no more than sixty in all, and closes those of the largest network for others', async () => {
  const { from, pending } = open()
  const local = await from(...Array<string>(30).fill('10.0.0.1'))
  const far = await from(...numbers(40).map(at => `20.0.${at}.1`))
  expect(pending()).toBe(60)
  expect(far.every(each => each.isOpen)).toBe(true)
  expect(local.filter(each => each.isOpen)).toHaveLength(20)
})

it('admits ten connections of an address in a second, and a hundred of a local one', () => {
  const { gate } = open()
  const admitted = (ip: string) =>
    numbers(200).filter(() => !gate.denyInboundConnection!(connectionFrom(ip))).length
  expect([admitted('203.0.113.1'), admitted('203.0.113.2'), admitted('192.168.1.7')]).toEqual([10, 10, 100])
})

it('holds a connection until it has proved an identity, or is closed', async () => {
  const { gate, from } = open()
  const first = await from(...numbers(8).map(last => `203.0.113.${last}`))
  await gate.denyInboundUpgradedConnection!({} as PeerId, first[0]!)
  first[1]!.dispatchEvent(new Event('close'))
  await from('203.0.113.11', '203.0.113.12')
  expect(isOpen(first)).toEqual(Array(8).fill(true))
  await from('203.0.113.13')
  // The first is set up, and is no longer closed.
  expect(isOpen(first).slice(0, 3)).toEqual([true, true, false])
})
