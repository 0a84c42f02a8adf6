import { expect, test } from 'vitest'
import { fromHex, hex } from '../base/bytes.ts'
import { SessionWorld } from './testing/world.ts'

const ID = 'b7e7a701bc34d686fa87dfae'
const REQUEST = fromHex(`000100002112a442${ID}`)!

test('a session answers STUN on the port of the DHT, wherever that moves, while its settings say so', async () => {
  await using world = new SessionWorld()
  const session = await world.open('80.0.0.1', { port: 6881, dht: true, dhtNodes: [] })
  const page = await world.machine('90.0.0.1')({ family: 4, port: 4000 })
  const answers: string[] = []
  page.onMessage = (bytes, host, port) => answers.push(`${host}:${port} ${hex(bytes)}`)
  const ask = async (port: number) => {
    page.send(REQUEST, '80.0.0.1', port)
    await world.clock.advance(1000)
    return answers.splice(0)
  }
  // 90.0.0.1:4000, with the magic cookie on top.
  const answer = `0101000c2112a442${ID}0020000800012eb27b12a443`
  expect(await ask(6881)).toEqual([`80.0.0.1:6881 ${answer}`])
  await session.configure({ port: 7000 })
  expect([await ask(6881), await ask(7000)]).toEqual([[], [`80.0.0.1:7000 ${answer}`]])
  await session.configure({ stun: false })
  expect(await ask(7000)).toEqual([])
  await session.configure({ stun: true })
  expect(await ask(7000)).toHaveLength(1)
  // Without uTP and the DHT there is no such port.
  await session.configure({ dht: false })
  expect(await ask(7000)).toEqual([])
  await page.close()
})
