import { expect, test } from 'vitest'
import { unfinishedReturns } from './returns.ts'

const SOURCE = `
async function measure() {
  if (early()) return call()
  await using server = await start()
  if (a) return await call(server)
  if (b) return server.port
  const later = () => {
    return call()
  }
  if (c) {
    return call(server)
  }
  if (d) return (await all()).map(later)
  const inner = async () => {
    await using other = await start()
    return call(other)
  }
  return call<string>(server, inner)
}

async function afterwards() {
  {
    await using server = await start()
  }
  return call()
}
`

test('finds calls that are returned without waiting for them, while something is open', () => {
  expect(unfinishedReturns(SOURCE, 'source.ts')).toEqual([11, 16, 18])
})
