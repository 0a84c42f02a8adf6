import { expect, test } from 'vitest'
import { planRows, planTree, toggleWanted, wantedState } from './wanted.ts'

const files = ['Film/film 10.mp4', 'Film/film 2.mp4', 'Film/subs/en.srt', 'Film/subs/de.srt'].map(
  (path, index) => ({
    index,
    path,
    lengthBytes: 10 ** index,
  }),
)
const root = planTree(files)
const film = root.children![0]!
const subs = film.children![0]!

test('folders come first, names as people count, sizes add up', () => {
  expect(film.children!.map(({ name }) => name)).toEqual(['subs', 'film 2.mp4', 'film 10.mp4'])
  expect([film.lengthBytes, subs.lengthBytes]).toEqual([1111, 1100])
})

test('a folder is wanted as a whole, in part or not at all', () => {
  const wanted = new Set([0, 1, 2, 3])
  const without = toggleWanted(wanted, subs)
  expect([wantedState(film, without), wantedState(subs, without)]).toEqual(['some', 'none'])
  expect([...toggleWanted(without, film)].sort()).toEqual([0, 1, 2, 3])
})

test('closed folders hide what is in them; a text shows what it fits and the folders above', () => {
  const names = (open: string[], text = '') => planRows(root, new Set(open), text).map(({ name }) => name)
  expect(names([])).toEqual(['Film'])
  expect(names(['Film'])).toEqual(['Film', 'subs', 'film 2.mp4', 'film 10.mp4'])
  expect(names([], 'DE srt')).toEqual(['Film', 'subs', 'de.srt'])
  expect(names([], 'nothing')).toEqual([])
})
