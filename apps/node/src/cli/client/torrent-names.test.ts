import type { NodeApi } from '@shoal/api'
import { describe, expect, test } from 'vitest'
import { idDigits, type Named, pickTorrent, removedIds } from './torrent-names.ts'

const named = (id: string, name: string, infoHashV2: string | null = null): Named => ({
  id: id.padEnd(40, '0'),
  infoHashV1: id.padEnd(40, '0'),
  infoHashV2,
  name,
})
const FILM = named('abcd1', 'Film')
const FILM2 = named('abcd2', 'Film 2', 'ef'.repeat(32))
const PHOTOS = named('12345', 'Photos of the sea')
const DEAD = named('99999', 'abcd')
const ALL = [FILM, FILM2, PHOTOS]

describe('a torrent can be named by', () => {
  test.each([
    ['its info hash', FILM.id, FILM],
    ['its info hash in capitals', FILM.id.toUpperCase(), FILM],
    ['its v2 info hash', 'ef'.repeat(32), FILM2],
    ['the beginning of it', 'ABCD2', FILM2],
    ['the beginning of its v2 info hash', 'efef', FILM2],
    ['its name, though another has it in its own', 'Film', FILM],
    ['its name in any case', 'film', FILM],
    ['a part of its name', 'SEA', PHOTOS],
    ['digits that are a hash', '1234', PHOTOS],
  ])('%s', (_what, word, torrent) => expect(pickTorrent(word, ALL)).toBe(torrent))

  test('a complete name takes precedence over the beginning of a hash', () => {
    expect(pickTorrent('abcd', [...ALL, DEAD])).toBe(DEAD)
  })

  test('three digits are not the beginning of a hash', () => {
    expect(() => pickTorrent('123', ALL)).toThrow(/no torrent matches "123"/)
  })

  test('rejects an ambiguous name and lists the matches', () => {
    expect(() => pickTorrent('abcd', ALL)).toThrow(
      /^"abcd" matches 2 torrents: abcd1000 Film, abcd2000 Film 2$/,
    )
    expect(() => pickTorrent('fil', ALL)).toThrow(expect.objectContaining({ code: 'ambiguous' }))
    const many = Array.from({ length: 30 }, (_, at) => named(`${10_000 + at}`, `part ${at}`))
    expect(() => pickTorrent('part', many)).toThrow(/matches 30 torrents.*part 9, and 20 more$/)
  })

  test('rejects an empty word', () => expect(() => pickTorrent(' ', ALL)).toThrow(/empty word/))
})

test('removed torrents are named in the same ways, or by all', async () => {
  const api = { listRemoved: async () => ({ items: ALL }) } as unknown as NodeApi
  expect(await removedIds(api, ['sea', 'ABCD2', FILM2.infoHashV2!])).toEqual([PHOTOS.id, FILM2.id])
  expect(await removedIds(api, ['all'])).toEqual(ALL.map(({ id }) => id))
  await expect(removedIds(api, ['fil'])).rejects.toMatchObject({ code: 'ambiguous' })
  await expect(removedIds(api, ['x'])).rejects.toThrow(/no removed torrent matches "x": .* too long ago/)
})

test('IDs are as long as necessary to be unique', () => {
  expect(idDigits([])).toBe(8)
  expect(idDigits(ALL.map(({ id }) => id))).toBe(8)
  expect(idDigits(['aaaaaaaaaa11', 'aaaaaaaaaa12', 'bb'])).toBe(12)
})
