import { expect, it } from 'vitest'
import { flashCrowd } from './flash-crowd.ts'

// `npm run bench -- flash-crowd` measures 100 and 1,000 leeches.
it.each([10, 20])('a flash crowd of %i leeches is complete near the least possible time', async leeches => {
  const { seconds, boundSeconds, firstCopySeconds, waste } = await flashCrowd(leeches)
  expect(firstCopySeconds).toBeLessThan(1.15 * boundSeconds)
  expect(seconds).toBeLessThan(1.25 * boundSeconds)
  expect(waste).toBeLessThan(0.05)
})
