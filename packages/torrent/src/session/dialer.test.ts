import { expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { MemoryNetwork } from '../transport/memory-transport.ts'
import { TransportSet } from '../transport/transport-set.ts'
import { Dialer } from './dialer.ts'

const topic = { infoHash: new Uint8Array(20).fill(7), v2: false }

function setup() {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock })
  const dialer = new Dialer({
    clock,
    random: seededRandom(1),
    transports: new TransportSet(clock, [network.transport('80.0.0.1')]),
    policy: () => 'plain',
    peerId: new Uint8Array(20),
    dht: () => false,
  })
  return { clock, network, dialer }
}

test('who never answers is given up, and counts as half open until then', async () => {
  const { clock, network, dialer } = setup()
  await network.transport('80.0.0.2').listen({ port: 1 }, () => {})
  const { signal } = new AbortController()
  const dials = Array.from({ length: 50 }, () => dialer.dial({ host: '80.0.0.2', port: 1 }, topic, signal))
  const outcomes = Promise.allSettled(dials)
  expect(dialer).toMatchObject({ halfOpen: 50, hasRoom: false })
  await clock.advance(15_000)
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'timeout' } })
  expect(dialer).toMatchObject({ halfOpen: 0, hasRoom: true })
  expect(clock.pending).toBe(0)
})

test('what cannot be reached is an error, and the signal ends a dial', async () => {
  const { clock, network, dialer } = setup()
  const controller = new AbortController()
  const refused = dialer.dial({ host: '80.0.0.9', port: 1 }, topic, controller.signal)
  const outcome = expect(refused).rejects.toMatchObject({ code: 'refused' })
  await clock.advance(1000)
  await outcome
  const foreign = { host: 'x', port: 0, kind: 'onion' } as const
  await expect(dialer.dial(foreign, topic, controller.signal)).rejects.toMatchObject({ code: 'unsupported' })
  await network.transport('80.0.0.2').listen({ port: 1 }, () => {})
  const reason = new Error('enough')
  const dialing = expect(dialer.dial({ host: '80.0.0.2', port: 1 }, topic, controller.signal)).rejects.toBe(
    reason,
  )
  await clock.advance(10)
  controller.abort(reason)
  await clock.advance(10)
  await dialing
  expect(clock.pending).toBe(0)
})
