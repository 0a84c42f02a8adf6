import { BEGUN, type FilterTexts, findMatches } from './matching.ts'

addEventListener('message', ({ data }: MessageEvent<{ filter: FilterTexts; titles: readonly string[] }>) => {
  postMessage(BEGUN)
  postMessage(findMatches(data.filter, data.titles))
})
