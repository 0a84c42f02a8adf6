import { expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { MemoryNetwork } from '../transport/memory-transport.ts'
import { TransportSet } from '../transport/transport-set.ts'
import { PeerConnector } from './peer-connector.ts'

const topic = { infoHash: new Uint8Array(20).fill(7), v2: false }

function setup() {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock })
  const dialed: string[] = []
  const connector = new PeerConnector({
    clock,
    random: seededRandom(1),
    transports: new TransportSet(clock, [network.transport('80.0.0.1')]),
    policy: () => 'plain',
    peerId: new Uint8Array(20),
    dht: () => false,
    mayConnect: () => true,
    isBlocked: host => host === '80.0.0.66',
    onDial: ({ host }) => dialed.push(host),
  })
  return { clock, network, connector, dialed }
}

test('gives up on a peer that never answers, which counts as half open until then', async () => {
  const { clock, network, connector } = setup()
  await network.transport('80.0.0.2').listen({ port: 1 }, () => {})
  const { signal } = new AbortController()
  const dials = Array.from({ length: 50 }, () => connector.dial({ host: '80.0.0.2', port: 1 }, topic, signal))
  const outcomes = Promise.allSettled(dials)
  expect([connector.halfOpen, connector.mayDial()]).toEqual([50, false])
  await clock.advance(15_000)
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'timeout' } })
  expect([connector.halfOpen, connector.mayDial()]).toEqual([0, true])
  expect(clock.pending).toBe(0)
})

test('rejects for an unreachable address, and the signal ends a dial', async () => {
  const { clock, network, connector } = setup()
  const controller = new AbortController()
  const refused = connector.dial({ host: '80.0.0.9', port: 1 }, topic, controller.signal)
  const outcome = expect(refused).rejects.toMatchObject({ code: 'refused' })
  await clock.advance(1000)
  await outcome
  const foreign = { host: 'x', port: 0, kind: 'onion' } as const
  await expect(connector.dial(foreign, topic, controller.signal)).rejects.toMatchObject({
    code: 'unsupported',
  })
  await network.transport('80.0.0.2').listen({ port: 1 }, () => {})
  const reason = new Error('enough')
  const dialing = expect(
    connector.dial({ host: '80.0.0.2', port: 1 }, topic, controller.signal),
  ).rejects.toBe(reason)
  await clock.advance(10)
  controller.abort(reason)
  await clock.advance(10)
  await dialing
  expect(clock.pending).toBe(0)
})

test('does not dial what the IP filter blocks', async () => {
  const { connector, dialed } = setup()
  const { signal } = new AbortController()
  const blocked = connector.dial({ host: '80.0.0.66', port: 1 }, topic, signal)
  await expect(blocked).rejects.toMatchObject({ code: 'refused' })
  expect([connector.halfOpen, dialed]).toEqual([0, []])
})
