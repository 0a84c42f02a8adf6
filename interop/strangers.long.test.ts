/** Strangers attack a public node with everything that needs no permission, while others use it. */
import { fileURLToPath } from 'node:url'
import { limitMs, until } from '@shoal/testing'
import { describe, expect, it } from 'vitest'
import { tempDir } from './support/files.ts'
import { JsonLines } from './support/json-lines.ts'
import { cannotCreateNats, NatNetwork, type NatPlace, PUBLIC } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { start } from './support/process.ts'
import type { FloodKind } from './support/stranger-process.ts'

const PROGRAM = fileURLToPath(new URL('./support/stranger-process.ts', import.meta.url))
const PATIENCE = { timeoutMs: limitMs(120), intervalMs: 200 }
const [HOST, PORT] = [PUBLIC.middle, 6882]
/**
 * Requests sent by a stranger, their number, and the most that are answered: its budget, plus the
 * amount refilled in that time.
 */
const FLOODS: readonly (readonly [FloodKind, number, number])[] = [
  ['store', 1000, 300],
  ['wrong signatures', 1000, 300],
  ['get', 1000, 300],
  ['find', 1000, 900],
  ['offer', 300, 150],
  ['announce', 300, 150],
]
/** API calls of an unattacked node, for comparison. */
const CALM_CALLS = 300
const ATTEMPTS = 3
/** In the same /24 as the machine in the north. */
const NEIGHBOR = PUBLIC.north.replace(/\d+$/, '77')
const ADDRESS = `/ip4/${HOST}/tcp/${PORT}`

async function startStranger(network: NatNetwork, place: NatPlace) {
  const program = await start(`stranger in the ${place}`, process.execPath, [PROGRAM], {
    ...{ stdin: true, ownStdout: true, within: network.within(place) },
  })
  const lines = new JsonLines(program)
  return {
    output: () => program.output(),
    call: <T>(op: string, args: object = {}) => lines.call<T>(op, args, limitMs(60)),
    [Symbol.asyncDispose]: () => program.stop(),
  }
}

async function startNode(network: NatNetwork, dir: Awaited<ReturnType<typeof tempDir>>) {
  const node = await PlacedNode.start(network, 'middle', dir, {})
  const isOn = async () => (await node.call('getNetwork', {})).state === 'on'
  await until('the network is on', isOn, PATIENCE)
  return node
}

describe.skipIf(cannotCreateNats)('strangers', { timeout: limitMs(300) }, () => {
  it('who open connections and say nothing keep nobody out', async () => {
    await using dir = await tempDir('strangers')
    using network = new NatNetwork()
    await using node = await startNode(network, dir)
    await using silent = await startStranger(network, 'north')
    await using honest = await startStranger(network, 'south')
    await silent.call('holdSilent', { host: HOST, port: PORT, count: 30 })
    for (let dial = 0; dial < 6; dial++) await honest.call('dial', { address: ADDRESS })
    // The attacker's neighbors are let in, too.
    network.move('south', NEIGHBOR)
    await using neighbor = await startStranger(network, 'south')
    for (let dial = 0; dial < 6; dial++) await neighbor.call('dial', { address: ADDRESS })
    await silent.call('letGo')
    expect((await node.call('getNetwork', {})).state).toBe('on')
  })

  it('who send as much as the index takes do not hold up the node', async () => {
    await using dir = await tempDir('strangers')
    using network = new NatNetwork()
    await using node = await startNode(network, dir)
    let networks = 0
    const floodOnce = async (kind: FloodKind, count: number) => {
      // Each comes from another network, which has a separate budget.
      network.move('north', `188.40.${networks++}.1`)
      await using flooder = await startStranger(network, 'north')
      const calm = await longest(node, CALM_CALLS)
      const answering = flooder.call<number>('flood', { address: ADDRESS, kind, count })
      const flooded = await longest(node, answering)
      const answered = await answering
      console.log(`${kind}: ${answered} of ${count} answered, ${shown(flooded)}, alone ${shown(calm)}`)
      return { calm, flooded, answered }
    }
    for (const [kind, count, most] of FLOODS) {
      let isFast = false
      // Garbage collections take some turns, too, but not each time.
      for (let attempt = 0; attempt < ATTEMPTS && !isFast; attempt++) {
        const { calm, flooded, answered } = await floodOnce(kind, count)
        expect(answered).toBeGreaterThan(15)
        expect(answered).toBeLessThan(most)
        const limit = limitMs(0.05)
        isFast = flooded.turnMs < limit + calm.turnMs
      }
      expect(isFast, `the node answers others during a flood of ${kind}`).toBe(true)
    }
  })
})

interface Longest {
  /** Longest duration of an API call. */
  readonly answerMs: number
  /** Processor time of the longest turn of its event loop. */
  readonly turnMs: number
}

/** Calls a node repeatedly: a number of times, or until something is done. */
async function longest(node: PlacedNode, end: number | Promise<unknown>): Promise<Longest> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  if (typeof end !== 'number') void end.then(done, done)
  await node.stall()
  let answerMs = 0
  for (let calls = 0; typeof end === 'number' ? calls < end : !isDone; calls++) {
    const startMs = performance.now()
    await node.call('getNetwork', {})
    answerMs = Math.max(answerMs, performance.now() - startMs)
  }
  return { answerMs, turnMs: await node.stall() }
}

function shown({ answerMs, turnMs }: Longest): string {
  return `longest answer ${answerMs.toFixed(0)} ms, longest turn ${turnMs.toFixed(0)} ms of processor time`
}
