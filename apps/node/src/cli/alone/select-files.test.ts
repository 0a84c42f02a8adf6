import { expect, test } from 'vitest'
import { filesOfLink } from './select-files.ts'

const MAGNET = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`

test.each([
  [`${MAGNET}&so=0,2-9`, [0, 2, 3]],
  [MAGNET, [0, 1, 2, 3]],
  ['film.torrent', [0, 1, 2, 3]],
  ['ab'.repeat(20), [0, 1, 2, 3]],
])('%s', (link, files) => expect(filesOfLink(link, 4)).toEqual(files))
