/** Strangers do to a node on the internet whatever needs no right, and others reach it meanwhile. */
import { fileURLToPath } from 'node:url'
import { limitMs, until } from '@shoal/testing'
import { describe, expect, it } from 'vitest'
import { tempDir } from './support/files.ts'
import { JsonLines } from './support/json-lines.ts'
import { cannotCreateNats, NatNetwork, type NatPlace, PUBLIC } from './support/nat-network.ts'
import { PlacedNode } from './support/placed-node.ts'
import { start } from './support/process.ts'

const PROGRAM = fileURLToPath(new URL('./support/stranger-process.ts', import.meta.url))
const PATIENCE = { timeoutMs: limitMs(120), intervalMs: 200 }
const [HOST, PORT] = [PUBLIC.middle, 6882]
/** Requests: several times what the index answers at once. */
const FLOOD = 5000
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
    await silent.call('letGo')
    expect((await node.call('getNetwork', {})).state).toBe('on')
  })

  it('who send as much as the index takes do not hold up the node', async () => {
    await using dir = await tempDir('strangers')
    using network = new NatNetwork()
    await using node = await startNode(network, dir)
    for (const [place, type] of [
      ['north', 'offer'],
      ['south', 'announce'],
    ] as const) {
      await using flooder = await startStranger(network, place)
      await node.stall()
      const answered = await flooder.call<number>('flood', { address: ADDRESS, type, count: FLOOD })
      expect(await node.stall()).toBeLessThan(limitMs(0.5))
      // Its budget, and what has come back of it meanwhile.
      expect(answered).toBeGreaterThan(500)
      expect(answered).toBeLessThan(FLOOD)
    }
  })
})
