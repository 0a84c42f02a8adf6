import { expect, test } from 'vitest'
import { named, toChosen } from './chosen.ts'

const dropped = (...paths: string[]) => paths.map(path => ({ path, file: new File(['12'], path) }))
const paths = (chosen: ReturnType<typeof toChosen>) => chosen?.files.map(({ path }) => path.join('/'))

test('a file alone is shared under its name, or the one that it is given', () => {
  const chosen = toChosen(dropped('song.mp3'))!
  expect([chosen.name, chosen.isSingle, paths(chosen), chosen.totalBytes]).toEqual([
    'song.mp3',
    true,
    ['song.mp3'],
    2,
  ])
  expect(paths(named(chosen, 'other.mp3'))).toEqual(['other.mp3'])
})

test('a folder gives its name, its files their paths below it', () => {
  const chosen = toChosen(dropped('Trip/a.jpg', 'Trip/day 2/b.jpg', 'Trip/.DS_Store', 'Trip/.git/config'))!
  expect([chosen.name, chosen.isSingle, paths(chosen), chosen.hiddenCount]).toEqual([
    'Trip',
    false,
    ['a.jpg', 'day 2/b.jpg'],
    1,
  ])
  expect(paths(named(chosen, 'Journey'))).toEqual(['a.jpg', 'day 2/b.jpg'])
})

test('several things are shared together', () => {
  const chosen = toChosen(dropped('a.txt', 'Trip/b.jpg'))!
  expect([chosen.name, paths(chosen)]).toEqual(['2 files', ['a.txt', 'Trip/b.jpg']])
  const folderOfOne = toChosen(dropped('Trip/only.jpg'))!
  expect([folderOfOne.name, folderOfOne.isSingle, paths(folderOfOne)]).toEqual(['Trip', false, ['only.jpg']])
})

test('two files of one name from two places are both shared', () => {
  const chosen = toChosen(dropped('a.txt', 'a.txt', 'Trip/b', 'Trip/b', 'a (2).txt'))!
  expect(paths(chosen)).toEqual(['a.txt', 'a (2).txt', 'Trip/b', 'Trip/b (2)', 'a (2) (2).txt'])
})

test('nothing is nothing', () => {
  expect(toChosen([])).toBeNull()
  expect(toChosen(dropped('x/.DS_Store'))).toBeNull()
})
