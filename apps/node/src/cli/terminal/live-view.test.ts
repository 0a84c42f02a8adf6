import { expect, test } from 'vitest'
import type { Terminal } from '../output.ts'
import { LiveView, liveLines } from './live-view.ts'
import type { Item, Snapshot } from './view.ts'

/** Moves two lines up and clears everything below. */
const CLEAR_TWO = '\u001b[2A\r\u001b[J'
const STYLE = { unicode: false, color: false }

function item(name: string, more: Partial<Snapshot> = {}): Item {
  const snapshot: Snapshot = {
    state: 'seeding',
    progress: 1,
    haveBytes: 1000,
    wantedBytes: 1000,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    etaSeconds: null,
    peers: 0,
    seeds: 0,
    ...more,
  }
  return { id: { infoHash: name }, name, snapshot: () => snapshot }
}

test('with more items than rows, shows the most active and counts the others', () => {
  const items = [
    ...Array.from({ length: 50 }, (_, i) => item(`idle${i}`)),
    item('busy', { state: 'downloading', progress: 0.5, downloadBytesPerSecond: 1_000_000 }),
    item('broken', { state: 'error', error: 'disk full' }),
    item('asked', { uploadBytesPerSecond: 2_000_000 }),
  ]
  const lines = liveLines(items, 79, 4, STYLE)
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^broken +disk full/)
  expect(lines[1]).toMatch(/^busy /)
  expect(lines[2]).toMatch(/^asked /)
  expect(lines[3]).toBe('and 50 more; total down 1.00 MB/s, up 2.00 MB/s')
})

test('redraws lines in place and prints messages above them', () => {
  let screen = ''
  const write = (text: string) => {
    screen += text
  }
  const terminal: Terminal = { ...STYLE, columns: 60, rows: 24, write }
  const view = new LiveView(terminal)
  try {
    const first = item('first')
    view.add(first)
    view.add(item('second'))
    screen = ''
    view.tell('It \u001b[31mhappened')
    // Two lines up, the rest of the screen cleared, the text, and the lines again.
    expect(screen.startsWith(`${CLEAR_TWO}It ?[31mhappened\n`)).toBe(true)
    expect(screen.match(/\n/g)).toHaveLength(3)
    screen = ''
    view.refresh()
    expect(screen).toBe('')
    view.remove(first)
    expect(screen.startsWith(`${CLEAR_TWO}second `)).toBe(true)
    expect(screen.match(/\n/g)).toHaveLength(1)
  } finally {
    view.close()
  }
  expect(screen.endsWith('\u001b[?25h')).toBe(true)
})
