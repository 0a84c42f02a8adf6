import { expect, it } from 'vitest'
import { TestSwarm } from '../testing/test-swarm.ts'
import { testTorrent } from '../testing/test-torrent.ts'

it('a seed prefers peers that have almost everything or almost nothing', async () => {
  const torrent = await testTorrent({ pieces: 24 })
  const bench = await TestSwarm.open(torrent, { have: 'all', settings: { uploadSlots: 1 } })
  const order: string[] = []
  const join = async (name: string, bits: readonly number[]) => {
    const { remote } = await bench.connect()
    remote.send(out => [out.bitfield(Uint8Array.from(bits)), out.interested()])
    await bench.pass(10)
    const told = remote.heard.afterEvent
    remote.heard.afterEvent = () => {
      told?.()
      if (remote.heard.events.at(-1) === 'unchoke') order.push(name)
    }
    if (remote.has('unchoke')) order.push(name)
  }
  // The one slot goes to the first, and to the others in turns.
  await join('first', [0xff, 0xf0, 0])
  for (let i = 0; i < 5; i++) await join('half', [0xff, 0xf0, 0])
  await join('nearly done', [0xff, 0xff, 0xfe])
  await join('beginner', [0x80, 0, 0])
  expect(order).toEqual(['first'])
  await bench.until(() => order.length >= 8)
  expect(new Set(order.slice(1, 3))).toEqual(new Set(['nearly done', 'beginner']))
  expect(order.slice(3, 8)).toEqual(Array(5).fill('half'))
  await bench.close()
})
