import { expect, it } from 'vitest'
import { flashCrowd } from './flash-crowd.ts'

// `npm run bench -- flash-crowd` measures 10, 100 and 1,000 leeches.
it('a flash crowd of 20 leeches is complete near the least possible time', async () => {
  const { seconds, boundSeconds, firstCopySeconds, waste } = await flashCrowd(20, { pieces: 384 })
  expect(firstCopySeconds).toBeLessThan(1.15 * boundSeconds)
  expect(seconds).toBeLessThan(1.25 * boundSeconds)
  expect(waste).toBeLessThan(0.05)
})
