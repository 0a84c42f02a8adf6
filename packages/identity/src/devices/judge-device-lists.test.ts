import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thrownCode } from '../testing/thrown-code.ts'
import type { SignedDeviceList } from './device-list.ts'
import { judgeDeviceLists } from './judge-device-lists.ts'
import { NOW, nextList, testDevice, testKey } from './testing/person.ts'

const [ROOT, NEXT, LAST, THIEF] = [testKey(1), testKey(2), testKey(3), testKey(9)]
const DID = ROOT.did
const first = nextList(null, ROOT, NEXT)
const second = nextList(first, ROOT, NEXT, [testDevice(1), testDevice(2)])
const third = nextList(second, ROOT, NEXT, [testDevice(2)])
const judge = (known: SignedDeviceList | null, ...lists: SignedDeviceList[]) =>
  judgeDeviceLists(DID, known, lists)
const refused = (known: SignedDeviceList | null, ...lists: SignedDeviceList[]) =>
  thrownCode(() => judge(known, ...lists))

describe('device lists', () => {
  it('of somebody new are taken from the first on, or from any that the person signed', () => {
    expect(judge(null, first, second, third)).toEqual({ kind: 'first', list: third })
    expect(judge(null, third)).toEqual({ kind: 'first', list: third })
  })

  it('of somebody else, none at all, or with gaps are refused', () => {
    expect(refused(null)).toBe('bad-device-list')
    expect(refused(null, first, third)).toBe('bad-device-list')
    expect(refused(null, second, first)).toBe('bad-device-list')
    expect(refused(null, nextList(null, THIEF, NEXT))).toBe('bad-device-list')
    expect(refused(first, third)).toBe('bad-device-list')
  })

  it('replace the known one if they follow it', () => {
    expect(judge(first, second)).toEqual({ kind: 'newer', list: second, rotated: false })
    expect(judge(first, second, third)).toEqual({ kind: 'newer', list: third, rotated: false })
    expect(judge(first, first, second)).toEqual({ kind: 'newer', list: second, rotated: false })
    expect(judge(second, first, second)).toEqual({ kind: 'same', list: second })
  })

  it('that go backwards leave the known one in place', () => {
    expect(judge(third, first)).toEqual({ kind: 'older', list: third })
    expect(judge(third, first, second)).toEqual({ kind: 'older', list: third })
  })

  it('whose times go backwards are refused', () => {
    const early = nextList(first, ROOT, NEXT, [testDevice(1)], NOW - 1)
    expect(refused(first, early)).toBe('bad-device-list')
  })

  it('with the same number prove that the key signed both', () => {
    const other = nextList(first, ROOT, NEXT, [testDevice(7)])
    expect(judge(second, first, other)).toEqual({ kind: 'forked', list: second, other })
    expect(judge(second, other, nextList(other, ROOT, NEXT))).toMatchObject({ kind: 'forked', other })
  })
})

describe('the successor of the root key', () => {
  const rotated = nextList(second, NEXT, LAST)

  it('takes over', () => {
    expect(judge(second, rotated)).toEqual({ kind: 'newer', list: rotated, rotated: true })
    expect(judge(null, first, second, rotated)).toEqual({ kind: 'first', list: rotated })
    // A newcomer cannot know that it is the successor.
    expect(refused(null, rotated)).toBe('bad-device-list')
  })

  it('takes over from a thief who signed more lists with the stolen root key', () => {
    const stolen = nextList(second, ROOT, NEXT, [testDevice(9)])
    const more = nextList(stolen, ROOT, NEXT, [testDevice(9)])
    expect(judge(second, stolen, more)).toMatchObject({ kind: 'newer', list: more })
    expect(judge(more, rotated)).toEqual({ kind: 'newer', list: rotated, rotated: true })
    // The stolen key is worthless from then on.
    expect(refused(rotated, second, stolen)).toBe('bad-device-list')
    expect(judge(nextList(rotated, NEXT, LAST), second, stolen)).toMatchObject({ kind: 'older' })
    expect(refused(rotated, stolen, more)).toBe('bad-device-list')
  })

  it('cannot be changed by a thief of the root key', () => {
    expect(thrownCode(() => nextList(second, ROOT, THIEF))).toBe('bad-argument')
    // A thief's program does not check that.
    const loose = nextList(null, ROOT, THIEF)
    expect(judge(first, loose)).toMatchObject({ kind: 'forked' })
  })

  it('can be replaced in turn', () => {
    const twice = nextList(rotated, LAST, THIEF)
    expect(judge(second, rotated, twice)).toEqual({ kind: 'newer', list: twice, rotated: true })
    expect(judge(rotated, twice)).toEqual({ kind: 'newer', list: twice, rotated: true })
    expect(refused(second, twice)).toBe('bad-device-list')
  })
})

it('whoever sees any parts of one history ends with its newest list, and never sees a fork', () => {
  const history = [first, second, third]
  let [root, successor] = [ROOT, NEXT]
  for (let at = 0; at < 5; at++) {
    if (at % 2 === 1) [root, successor] = [successor, testKey(100 + at)]
    history.push(nextList(history.at(-1)!, root, successor, [testDevice(at)]))
  }
  const span = fc.tuple(fc.nat(history.length - 1), fc.nat(history.length - 1))
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), spans => {
      let known: SignedDeviceList | null = null
      for (const [one, other] of spans) {
        const part = history.slice(Math.min(one, other), Math.max(one, other) + 1)
        const before: SignedDeviceList | null = known
        try {
          const { kind, list } = judgeDeviceLists(DID, before, part)
          expect(kind).not.toBe('forked')
          expect(list.list.sequence).toBeGreaterThanOrEqual(before?.list.sequence ?? 0)
          known = list
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-device-list' })
        }
      }
      expect(judgeDeviceLists(DID, known, history).list).toEqual(history.at(-1))
    }),
  )
})
