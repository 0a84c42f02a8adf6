import { expect, test } from 'vitest'
import { parseTags } from './tags.ts'

test('tags stand between commas, each once, without the room around them', () => {
  expect(parseTags(' open movie,4k , 4k,')).toEqual(['open movie', '4k'])
  expect(parseTags(' , ')).toEqual([])
})
