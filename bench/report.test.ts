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
  goals: [
    { label: 'Ratio', value: 33, goal: 2, sense: 'least', unit: ' x', met: true },
    { label: 'CPU', value: 3, goal: 1.2, sense: 'most', unit: ' x', met: false },
    { label: 'Rate', value: Number.NaN, goal: 1.3, sense: 'least', unit: ' x', met: false },
  ],
  runs: {},
}

test('formats a section for a terminal and as Markdown', () => {
  const [met, missed, missing] = [
    'Ratio: 33.00 x (goal: at least 2 x): met.',
    'CPU: 3.00 x (goal: at most 1.2 x): missed.',
    'Rate: - x (goal: at least 1.3 x): not measured.',
  ]
  expect(toText(section)).toBe(
    `Work\n        rate\nours    300 MB/s\ntheirs  9 MB/s\n${met}\n${missed}\n${missing}\n`,
  )
  const table = '|  | rate |\n|---|---:|\n| ours | 300 MB/s |\n| theirs | 9 MB/s |'
  const strong = missed.replace('missed', '**missed**')
  expect(toMarkdown(section)).toBe(`### Work\n\n${table}\n\n- ${met}\n- ${strong}\n- ${missing}`)
})

test('new results replace only those of the same benchmark', () => {
  const other = withResults('# Results\n', 'other', 'then', [section])
  const both = withResults(other, 'mine', 'then', [section])
  const again = withResults(both, 'mine', 'now', [{ ...section, title: 'New' }])
  expect(again).toContain('## other\n\nthen')
  expect(again).toContain('## mine\n\nnow\n\n### New')
  expect(again.match(/## mine/g)).toHaveLength(1)
})
