import { expect, test } from 'vitest'
import { tagsOf } from './tags.ts'

test('tags stand between commas, each once, without the room around them', () => {
  expect(tagsOf(' open movie,4k , 4k,')).toEqual(['open movie', '4k'])
  expect(tagsOf(' , ')).toEqual([])
})
