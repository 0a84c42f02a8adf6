import { expect, test } from 'vitest'
import { isShareable } from './ignored.ts'

test.each(['film.mkv', 'Photos', 'party.txt', 'a~b', 'Icons'])('shares %s', name =>
  expect(isShareable(name)).toBe(true),
)
test.each([
  '.hidden',
  'film.mkv.part',
  'a.crdownload',
  'x.tmp',
  'Thumbs.db',
  'desktop.ini',
  '~$doc.docx',
  'note.txt~',
])('skips %s', name => expect(isShareable(name)).toBe(false))
