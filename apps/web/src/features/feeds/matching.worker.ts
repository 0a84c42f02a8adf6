import { BEGUN, type FilterTexts, matchingOf } from './matching.ts'

addEventListener('message', ({ data }: MessageEvent<{ filter: FilterTexts; titles: readonly string[] }>) => {
  postMessage(BEGUN)
  postMessage(matchingOf(data.filter, data.titles))
})
