import { expect, test } from 'vitest'
import { completionsOf } from './completions.ts'

const torrent = (id: string, name: string) => ({
  id: id.padEnd(40, '0'),
  name,
  infoHashV1: id.padEnd(40, '0'),
  infoHashV2: null,
})
const TORRENTS = [
  torrent('aa11', 'Film 2'),
  torrent('bb22', 'Photos'),
  torrent('cc33', 'photos'),
  torrent('dd44', '-rf'),
  torrent('ee55', 'Evil\u001b[2J\nname'),
  torrent('ff66', 'Film: the end'),
]

test.each([
  ['fi', ['Film 2', 'ff6600000000']],
  ['Pho', ['bb2200000000', 'cc3300000000']],
  ['bb2', ['bb2200000000']],
  ['-', ['dd4400000000']],
  ['evil', ['ee5500000000']],
  ['nothing', []],
])('%s', (typed, words) => expect(completionsOf(typed, TORRENTS)).toEqual(words))
