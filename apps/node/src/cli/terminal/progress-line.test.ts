import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../base/width.ts'
import { plainLine, progressBar, progressLine } from './progress-line.ts'
import type { Snapshot } from './view.ts'

const STYLE = { unicode: true, color: false }
const downloading: Snapshot = {
  state: 'downloading',
  progress: 0.4529,
  haveBytes: 45_290_000,
  wantedBytes: 100_000_000,
  downloadBytesPerSecond: 12_300_000,
  uploadBytesPerSecond: 0,
  etaSeconds: 4.2,
  peers: 3,
  seeds: 1,
}
const STATES = [
  'paused',
  'metadata',
  'checking',
  'hashing',
  'downloading',
  'seeding',
  'error',
  'closed',
] as const

describe('the live line', () => {
  test('shows the name, a bar, percentage, rate, peers and time left', () => {
    const line = progressLine('film.mkv', downloading, { ...STYLE, columns: 80 })
    expect(line).toBe('film.mkv  █████████████░░░░░░░░░░░░░░░░░  45.2 %  ↓ 12.3 MB/s  3 peers  5 s left')
  })

  test('says why nothing arrives instead of a rate', () => {
    const alone = { ...downloading, peers: 0, reason: 'no-peers', etaSeconds: null } as const
    expect(plainLine('film.mkv', alone)).toBe('film.mkv: 45.2 %, no peers')
    expect(plainLine('film.mkv', { ...alone, state: 'metadata', reason: 'tracker-error' })).toBe(
      'film.mkv: fetching metadata, tracker error, 0 peers',
    )
  })

  test('leaves out less important parts on narrow terminals', () => {
    expect(progressLine('film.mkv', downloading, { ...STYLE, columns: 40 })).toBe(
      'film.mkv  45.2 %  ↓ 12.3 MB/s  5 s left',
    )
    expect(progressLine('film.mkv', downloading, { ...STYLE, columns: 18 })).toBe('film.mkv  45.2 %')
    expect(progressLine('film.mkv', downloading, { ...STYLE, columns: 3 })).toHaveLength(3)
  })

  test('is ASCII on terminals without UTF-8', () => {
    const line = progressLine('Füße', downloading, { unicode: false, color: false, columns: 80 })
    expect(line).toMatch(/^[ -~]+$/)
    expect(line).toContain('#####----')
  })

  test('shows the error of a torrent without control characters', () => {
    const error = { ...downloading, state: 'error', error: 'no space left on \u001b[31mdisk' } as const
    const line = progressLine('a\u001b[2Jb', error, { ...STYLE, columns: 80 })
    expect(line).toContain('no space left on')
    expect(line).not.toContain('\u001b')
  })

  test('only the bar is colored', () => {
    const options = { unicode: true, color: true, columns: 80 }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour is one.
    expect(progressLine('film.mkv', downloading, options).replace(/\u001b\[\d+m/g, '')).toBe(
      progressLine('film.mkv', downloading, { ...options, color: false }),
    )
  })

  test('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom(...STATES),
        fc.record({
          progress: fc.double({ min: 0, max: 1, noNaN: true }),
          downloadBytesPerSecond: fc.double({ min: 0, max: 1e13, noNaN: true }),
          uploadBytesPerSecond: fc.double({ min: 0, max: 1e13, noNaN: true }),
          etaSeconds: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })),
          peers: fc.nat(100_000),
        }),
        fc.integer({ min: 1, max: 200 }),
        fc.option(fc.nat(100), { nil: undefined }),
        (name, state, numbers, columns, nameColumns) => {
          const snapshot = { ...downloading, ...numbers, state, error: name }
          const options = { ...STYLE, columns, ...(nameColumns !== undefined && { nameColumns }) }
          expect(widthOf(progressLine(name, snapshot, options))).toBeLessThanOrEqual(columns)
        },
      ),
    )
  })
})

test('a bar is full only at 100 %', () => {
  expect(progressBar(0.999, 10, STYLE)).toBe('█████████░')
  expect(progressBar(1, 4, STYLE)).toBe('████')
  expect(progressBar(5, 4, STYLE)).toBe('████')
  expect(progressBar(-1, 4, STYLE)).toBe('░░░░')
})

test('a plain line contains the same information', () => {
  expect(plainLine('film.mkv', downloading)).toBe('film.mkv: 45.2 %, down 12.3 MB/s, 3 peers, 5 s left')
  expect(plainLine('film.mkv', { ...downloading, state: 'hashing', progress: 0 })).toBe('film.mkv: hashing')
})
