import type { Torrent } from '@shoal/api'
import { expect, test } from 'vitest'
import { apply } from './mirror.ts'
import { paced } from './torrent-list.ts'

const torrent = (id: string, name: string, progress = 0) => ({ id, name, progress }) as Torrent

test('changes are merged, new torrents are complete, and changes of removed ones are ignored', () => {
  const torrents = new Map([['a', torrent('a', 'A')]])
  apply(torrents, {
    changed: [{ id: 'a', progress: 0.5 }, torrent('b', 'B'), { id: 'gone', progress: 1 }],
    removed: [],
  })
  expect([...torrents.values()]).toEqual([torrent('a', 'A', 0.5), torrent('b', 'B')])
  apply(torrents, { changed: [], removed: ['a', 'x'] })
  expect([...torrents.keys()]).toEqual(['b'])
})

test('skips values that come too fast, except the last', async () => {
  async function* numbers() {
    for (let number = 1; number <= 1000; number++) yield number
  }
  const seen: number[] = []
  for await (const number of paced(numbers(), 1)) seen.push(number)
  expect(seen.length).toBeLessThan(1000)
  expect(seen.at(-1)).toBe(1000)
})

test('an error is thrown after the values before it', async () => {
  async function* failing() {
    yield 1
    throw new Error('gone')
  }
  const seen: number[] = []
  const read = async () => {
    for await (const number of paced(failing(), 1)) seen.push(number)
  }
  await expect(read()).rejects.toThrow('gone')
  expect(seen).toEqual([1])
})
