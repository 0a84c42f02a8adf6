import { describe, expect, it } from 'vitest'
import { aged, type Evidence, judge, NO_EVIDENCE } from './judge.ts'

const MIB = 2 ** 20
const DAY_MS = 86_400_000
const of = (some: Partial<Evidence>): Evidence => ({ ...NO_EVIDENCE, ...some })

describe('the judgement of a peer', () => {
  it.each<[string, Partial<Evidence>, Partial<Evidence>, number, boolean]>([
    ['a stranger', {}, {}, 0, false],
    ['one that gave a little', { downloadedBytes: 16 * MIB, promisesKept: 16 }, {}, 23, false],
    ['one that gave 64 MiB', { downloadedBytes: 64 * MIB, promisesKept: 64 }, {}, 77, true],
    [
      'one that gave 1 GiB in a day',
      { downloadedBytes: 1024 * MIB, promisesKept: 1024, connectedMs: DAY_MS },
      {},
      467,
      true,
    ],
    ['one that took 1 GiB and confirmed it', { confirmedBytes: 1024 * MIB }, {}, 50, false],
    ['one that is only there', { connectedMs: 30 * DAY_MS }, {}, 97, false],
    ['one that gave, and spoiled a piece', { downloadedBytes: 64 * MIB, failedPieces: 1 }, {}, -121, false],
    ['a large giver that spoiled a piece', { downloadedBytes: 4096 * MIB, failedPieces: 1 }, {}, 250, true],
    [
      'one that accepts requests and is silent',
      { downloadedBytes: 64 * MIB, promisesKept: 64, promisesBroken: 20 },
      {},
      -16,
      false,
    ],
    ['one that sends nonsense', { junk: 2 }, {}, -200, false],
    ['the worst', { failedPieces: 100 }, {}, -1000, false],
    ['a stranger in a bad network', {}, { failedPieces: 2, junk: 1 }, -90, false],
    ['a giver in a bad network', { downloadedBytes: 4096 * MIB }, { failedPieces: 1000 }, 100, true],
    ['one whose own misconduct is all of its network', { junk: 2 }, { junk: 2 }, -200, false],
  ])('is right for %s', (_, evidence, network, score, isTrusted) => {
    const judged = judge(of(evidence), of(network))
    expect([judged.score, judged.isTrusted]).toEqual([score, isTrusted])
    expect(judged.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(
      evidence.failedPieces === 100 ? -15_000 : score,
    )
  })

  it('names its reasons, the weightiest first', () => {
    const { reasons } = judge(of({ downloadedBytes: 1024 * MIB, junk: 1, connectedMs: DAY_MS }))
    expect(reasons).toEqual([
      { kind: 'gave', points: 250 },
      { kind: 'junk', points: -100 },
      { kind: 'uptime', points: 50 },
    ])
  })

  it('forgets deeds by half in 30 days, and misconduct in 60', () => {
    const evidence = of({ downloadedBytes: 1000, failedPieces: 4 })
    expect(aged(evidence, 0)).toEqual(evidence)
    const later = aged(evidence, 60 * DAY_MS)
    expect(later.downloadedBytes).toBeCloseTo(250)
    expect(later.failedPieces).toBeCloseTo(2)
    // A clock that was set back changes nothing.
    expect(aged(evidence, -DAY_MS)).toEqual(evidence)
  })
})
