import { expect, test } from 'vitest'
import type { Section } from './bench.ts'
import { toMarkdown, toText, withResults } from './report.ts'

const section: Section = {
  title: 'Work',
  columns: ['', 'rate'],
  rows: [
    ['ours', '300 MB/s'],
    ['theirs', '9 MB/s'],
  ],
  notes: ['Ratio: 33 x: **met**.'],
}

test('a table for a terminal and one to keep', () => {
  expect(toText(section)).toBe('Work\n        rate\nours    300 MB/s\ntheirs  9 MB/s\nRatio: 33 x: met.\n')
  expect(toMarkdown(section)).toBe(
    '### Work\n\n|  | rate |\n|---|---:|\n| ours | 300 MB/s |\n| theirs | 9 MB/s |\n\n- Ratio: 33 x: **met**.',
  )
})

test('new results replace the old of the same benchmark only', () => {
  const other = withResults('# Results\n', 'other', 'then', [section])
  const both = withResults(other, 'mine', 'then', [section])
  const again = withResults(both, 'mine', 'now', [{ ...section, title: 'New' }])
  expect(again).toContain('## other\n\nthen')
  expect(again).toContain('## mine\n\nnow\n\n### New')
  expect(again.match(/## mine/g)).toHaveLength(1)
})
