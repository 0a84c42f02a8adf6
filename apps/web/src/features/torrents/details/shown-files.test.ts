import { expect, test } from 'vitest'
import { FileTree } from './file-tree.ts'
import { mainMedia, shownFiles } from './shown-files.ts'

const file = (index: number, path: string, mediaType: string, lengthBytes: number, priority = 4) => ({
  index,
  path,
  mediaType,
  lengthBytes,
  priority,
  haveBytes: 0,
  copies: [],
  href: `/files/x/${path}`,
})

test('what is offered to be played is the largest wanted film or song', () => {
  const film = file(1, 'film.mp4', 'video/mp4', 1000)
  const song = file(2, 'song.mp3', 'audio/mpeg', 100)
  expect(mainMedia(new FileTree([song, film]))).toBe(1)
  expect(mainMedia(new FileTree([song, { ...film, priority: 0 }]))).toBe(2)
  expect(mainMedia(new FileTree([song, file(3, 'disk.iso', 'application/octet-stream', 90_000)]))).toBeNull()
  expect(mainMedia(undefined)).toBeNull()
})

test('viewers get the files in the order of the tree, and addresses only of those that they show', () => {
  const asked: string[] = []
  const files = shownFiles(
    new FileTree([file(0, 'b.txt', 'text/plain', 1), file(1, 'a/c.png', 'image/png', 1)]),
    href => {
      asked.push(href)
      return href
    },
  )
  expect(files.map(({ path, kind }) => [path, kind])).toEqual([
    ['a/c.png', 'picture'],
    ['b.txt', 'text'],
  ])
  expect(asked).toEqual([])
  expect(files[1]!.url).toBe('/files/x/b.txt')
})
