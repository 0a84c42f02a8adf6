import { describe, expect, it } from 'vitest'
import { Bitfield } from '../base/bitfield.ts'
import { seededRandom } from '../base/random.ts'
import { PiecePicker } from './piece-picker.ts'
import { PickerWorld, plainLayout, TestSource } from './testing/test-source.ts'

describe('PiecePicker: order', () => {
  it('picks the rarest piece that the source has', () => {
    const world = new PickerWorld(plainLayout(5, 2))
    const source = world.source([0, 1, 2, 3])
    world.source([0, 1, 3])
    world.source([0, 3])
    expect(world.pickPieces(source, 6)).toEqual([2, 1, expect.toBeOneOf([0, 3])])
  })

  it('requests the blocks of a piece in order from one source', () => {
    const world = new PickerWorld(plainLayout(10, 8))
    const a = world.source('all')
    const b = world.source('all')
    const first = [...world.pickPairs(a, 3), ...world.pickPairs(a, 5)]
    const second = world.pickPairs(b, 8)
    expect(first.map(([, block]) => block)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(new Set(first.map(([piece]) => piece)).size).toBe(1)
    expect(second.map(([, block]) => block)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(second[0]![0]).not.toBe(first[0]![0])
  })

  it('puts priority before rarity, and never requests an unwanted piece', () => {
    const world = new PickerWorld(plainLayout(4, 1))
    world.source([0])
    world.source([0, 1])
    const source = world.source('all')
    world.picker.setPriority(0, 7)
    world.picker.setPriority(1, 0)
    world.picker.setPriority(2, 1)
    expect(world.pickPieces(source, 9)).toEqual([0, 3, 2])
    expect(world.picker.inEndgame).toBe(true)
    world.picker.setPriority(1, 4)
    expect(world.picker.inEndgame).toBe(false)
    expect(world.pickPieces(source, 9)).toEqual([1])
  })

  it('picks by priority and then in order when sequential', () => {
    const world = new PickerWorld(plainLayout(8, 2))
    world.picker.setSequential(true)
    world.picker.setPriority(6, 6)
    const part = world.source([5, 3, 7])
    const whole = world.source('all')
    expect(world.pickPieces(part, 4)).toEqual([3, 5])
    expect(world.pickPieces(whole, 8)).toEqual([6, 0, 1, 2])
    world.picker.releaseAll(whole.id)
    expect(world.pickPieces(whole, 2)).toEqual([6])
    world.picker.setSequential(false)
    expect(world.pickPieces(whole, 20).sort()).toEqual([0, 1, 2, 4, 7])
  })

  it('prefers a suggested piece only among equals', () => {
    for (let seed = 0; seed < 10; seed++) {
      const world = new PickerWorld(plainLayout(40, 1), { seed })
      world.source([30])
      const source = world.source('all', { suggested: [3, 30, 17] })
      expect(world.pickPieces(source, 1)).toEqual([17])
      expect(world.pickPieces(source, 1)).toEqual([3])
      world.picker.setPriority(9, 5)
      expect(world.pickPieces(source, 1)).toEqual([9])
    }
  })

  describe('while all sources are seeds', () => {
    const starts = (pieces: readonly number[], length: number) =>
      Array.from({ length: pieces.length / length }, (_, at) => {
        const extent = pieces.slice(at * length, (at + 1) * length)
        expect(extent).toEqual(extent.map((_, at) => extent[0]! + at))
        return extent[0]! / length
      })

    it('begins the pieces of an extent together and in order, from a random extent', () => {
      // With four blocks per piece there are sixteen extents of forty pieces.
      const world = new PickerWorld(plainLayout(640, 4))
      // A peer announces its pieces one by one.
      const seed = world.source(Array.from({ length: 640 }, (_, piece) => piece))
      const begun = starts(world.pickPieces(seed, 4 * 640), 40)
      expect(begun.toSorted((a, b) => a - b)).toEqual(begun.map((_, at) => at))
      expect(begun).not.toEqual(begun.map((_, at) => at))
    })

    it('gives two sources extents of their own, of at most 4 MiB', () => {
      const world = new PickerWorld(plainLayout(640, 16), { maxPartialBytes: 2 ** 40 })
      const [one, two] = [world.source('all'), world.source('all')]
      const [first] = starts(world.pickPieces(one, 16 * 16), 16)
      const [other] = starts(world.pickPieces(two, 16 * 16), 16)
      expect(first).not.toBe(other)
    })

    it('picks the rarest or a random piece again once a source lacks some', () => {
      const world = new PickerWorld(plainLayout(640, 4))
      const one = world.source('all')
      const [first] = world.pickPieces(one, 4)
      const rare = (first! + 320) % 640
      const other = world.source(
        Array.from({ length: 640 }, (_, piece) => piece).filter(piece => piece !== rare),
      )
      expect(world.pickPieces(one, 4)).toEqual([rare])
      const pieces = world.pickPieces(one, 40)
      expect(pieces).not.toEqual(pieces.map((_, at) => pieces[0]! + at))
      world.picker.sources.remove(other, other.bits)
      const after = world.pickPieces(one, 400)
      const steps = after.slice(1).filter((piece, at) => piece === after[at]! + 1)
      expect(steps.length).toBeGreaterThan(60)
    })
  })

  it('gives adjacent free pieces to a source that wants runs', () => {
    const world = new PickerWorld(plainLayout(60, 4))
    const peer = world.source('all')
    world.picker.setSequential(true)
    for (const start of [10, 25, 40]) {
      world.picker.setPriority(start, 7)
      world.pickPieces(peer, 4)
    }
    world.picker.setSequential(false)
    const web = world.source('all', { wantsRuns: true })
    const first = world.pickPieces(web, 24)
    for (let at = 1; at < 6; at++) expect(first[at]).toBe(first[at - 1]! + 1)
  })

  it('joins abandoned pieces before it begins others', () => {
    const world = new PickerWorld(plainLayout(20, 4))
    const a = world.source('all')
    const b = world.source('all')
    const [first, ...rest] = world.pick(a, 4)
    world.deliver(a, [first!])
    world.picker.releaseAll(a.id)
    expect(world.pick(b, 3)).toEqual(rest)
  })

  it('lets a source join a slow piece, but not a much slower source', () => {
    const world = new PickerWorld(plainLayout(20, 256))
    const a = world.source('all', { bytesPerSecond: 100_000 })
    const slow = world.source('all', { bytesPerSecond: 10_000 })
    const alike = world.source('all', { bytesPerSecond: 50_000 })
    const [piece] = world.pickPieces(a, 10)
    expect(world.pickPieces(slow, 2)).not.toEqual([piece])
    expect(world.pickPieces(alike, 2)).toEqual([piece])
  })

  it('requests no block of the last piece from a slow source that would only hold up a fast one', () => {
    const world = new PickerWorld(plainLayout(1, 64))
    const fast = world.source('all', { bytesPerSecond: 5_000_000 })
    const slow = world.source('all', { bytesPerSecond: 10_000 })
    expect(world.pick(fast, 10)).toHaveLength(10)
    expect(world.pick(slow, 10)).toEqual([])
    // The fast source stalls, so any help is welcome.
    fast.bytesPerSecond = 0
    expect(world.pick(slow, 10)).toHaveLength(10)
  })
})

describe('PiecePicker: bounds', () => {
  it('begins no more pieces than its memory limit allows', () => {
    const world = new PickerWorld(plainLayout(100, 4), { maxPartialBytes: 3 * 4 * 16384 })
    const sources = [1, 2, 3, 4, 5].map(() => world.source('all'))
    expect(world.pick(sources[0]!, 100)).toHaveLength(12)
    expect(world.picker.partialPieces()).toHaveLength(3)
    world.picker.releaseAll(sources[0]!.id)
    for (const source of sources) world.pick(source, 3)
    expect(world.picker.partialPieces().length).toBeLessThanOrEqual(4)
  })

  it('has room again when a piece is verified or failed', () => {
    const world = new PickerWorld(plainLayout(100, 2), { maxPartialPieces: 2 })
    const source = world.source('all')
    const blocks = world.pick(source, 100)
    expect(blocks).toHaveLength(4)
    for (const block of blocks) world.picker.received(source.id, block)
    // Both wait to be verified, because storage is slow.
    expect(world.pick(source, 10)).toEqual([])
    world.picker.pieceDone(Math.floor(blocks[0]! / 2))
    expect(world.pick(source, 10)).toHaveLength(2)
    world.picker.pieceFailed(Math.floor(blocks[2]! / 2))
    expect(world.pick(source, 10)).toHaveLength(2)
  })

  it('is not stuck behind pieces that no present source has, and names the one to evict', () => {
    const world = new PickerWorld(plainLayout(10, 2), { maxPartialPieces: 2 })
    const gone = world.source([0, 1])
    const blocks = world.pick(gone, 4)
    world.deliver(gone, [blocks[0]!, blocks[2]!])
    expect(world.picker.evictable()).toBe(null)
    world.picker.releaseAll(gone.id)
    world.picker.sources.remove(gone, gone.bits)
    const other = world.source([5, 6])
    expect(world.pickPieces(other, 2)).toHaveLength(1)
    expect(world.picker.evictable()).toBe(Math.floor(blocks[0]! / 2))
    world.picker.setPriority(Math.floor(blocks[2]! / 2), 0)
    expect(world.picker.evictable()).toBe(Math.floor(blocks[2]! / 2))
    world.picker.pieceFailed(Math.floor(blocks[2]! / 2))
    expect(world.picker.partialPieces()).toHaveLength(2)
  })

  it('never exceeds twice its limit, whatever peers leave behind', () => {
    const world = new PickerWorld(plainLayout(1000, 2), { maxPartialPieces: 4 })
    for (let piece = 0; piece < 200; piece++) {
      const source = world.source([piece])
      world.deliver(source, world.pick(source, 1))
      world.picker.received(source.id, 2 * (piece + 500))
      world.picker.releaseAll(source.id)
      world.picker.sources.remove(source, source.bits)
    }
    expect(world.picker.partialPieces().length).toBeLessThanOrEqual(8)
  })
})

describe('PiecePicker: parole', () => {
  it('gives a source on parole pieces of its own, and no other source a block of them', () => {
    const world = new PickerWorld(plainLayout(20, 4))
    const honest = world.source('all')
    const suspect = world.source('all', { onParole: true })
    const touched = world.pickPieces(honest, 2)
    const own = world.pickPieces(suspect, 2)
    expect(own).not.toEqual(touched)
    const rest = world.pickPieces(honest, 40)
    expect(rest).not.toContain(own[0])
    expect(world.pickPairs(suspect, 2)).toEqual([
      [own[0], 2],
      [own[0], 3],
    ])
    for (const piece of world.pickPieces(suspect, 8)) expect([...touched, ...rest]).not.toContain(piece)
  })

  it('lets others finish the piece when the source on parole leaves, or nothing else is left', () => {
    const world = new PickerWorld(plainLayout(2, 4))
    const suspect = world.source('all', { onParole: true })
    const own = world.pick(suspect, 2)
    world.deliver(suspect, own.slice(0, 1))
    const honest = world.source('all')
    expect(world.pick(honest, 100)).toHaveLength(6)
    world.picker.releaseAll(honest.id)
    world.picker.releaseAll(suspect.id)
    expect(world.pick(honest, 100)).toHaveLength(7)
  })
})

describe('PiecePicker: endgame', () => {
  it('requests a block again only from a faster source, only when all others are requested, and names requests to cancel', () => {
    const world = new PickerWorld(plainLayout(2, 4))
    const slow = world.source('all', { bytesPerSecond: 1000 })
    const fast = world.source('all', { bytesPerSecond: 1_000_000 })
    const held = world.pick(slow, 4)
    const own = world.pick(fast, 100)
    // Its own four, then those of the slow source from the end, in one call.
    expect(own.slice(0, 4).some(block => held.includes(block))).toBe(false)
    expect(own.slice(4)).toEqual([...held].reverse())
    expect(world.picker.sources.requestedFrom(fast.id)).toBe(8)
    expect(world.pick(slow, 10)).toEqual([])
    const receipt = world.picker.received(fast.id, held[3]!)
    expect(receipt).toEqual({ wanted: true, alsoAsked: [slow.id], pieceComplete: false })
    expect(world.picker.sources.requestedFrom(slow.id)).toBe(3)
    expect(world.picker.received(slow.id, held[3]!).wanted).toBe(false)
    expect(world.picker.sources.requestedFrom(slow.id)).toBe(3)
  })

  it('requests a block from any source after a long wait, from three at most, the least requested blocks first', () => {
    const world = new PickerWorld(plainLayout(1, 2))
    const sources = [1, 2, 3, 4].map(() => world.source('all'))
    expect(world.pick(sources[0]!, 2)).toEqual([0, 1])
    world.now += 2900
    expect(world.pick(sources[1]!, 2)).toEqual([])
    world.now += 200
    expect(world.pick(sources[1]!, 1)).toEqual([1])
    expect(world.pick(sources[2]!, 1)).toEqual([0])
    world.now += 3100
    expect(world.pick(sources[2]!, 2)).toEqual([1])
    expect(world.pick(sources[3]!, 2)).toEqual([0])
    world.now += 10_000
    expect(world.pick(sources[3]!, 2)).toEqual([])
    expect(world.pick(sources[0]!, 2)).toEqual([])
    expect([...world.picker.received(sources[2]!.id, 0).alsoAsked].sort()).toEqual([1, 4])
  })

  it('does not begin while any source has a free block', () => {
    const world = new PickerWorld(plainLayout(2, 4))
    const slow = world.source([0], { bytesPerSecond: 1000 })
    const fast = world.source([0], { bytesPerSecond: 1_000_000 })
    const third = world.source([1])
    world.pick(slow, 4)
    expect(world.pick(fast, 4)).toEqual([])
    expect(world.picker.inEndgame).toBe(false)
    world.pick(third, 4)
    expect(world.pick(fast, 4)).toHaveLength(4)
  })

  it('is not held up by pieces that no source has', () => {
    const world = new PickerWorld(plainLayout(2, 4))
    const slow = world.source([0], { bytesPerSecond: 1000 })
    const fast = world.source([0], { bytesPerSecond: 1_000_000 })
    world.pick(slow, 4)
    expect(world.picker.inEndgame).toBe(true)
    expect(world.pick(fast, 4)).toHaveLength(4)
    world.source('all')
    expect(world.picker.inEndgame).toBe(false)
  })

  it('does not request from a source on parole what is requested from others', () => {
    const world = new PickerWorld(plainLayout(1, 4))
    world.pick(world.source('all'), 4)
    const suspect = world.source('all', { onParole: true, bytesPerSecond: 1e6 })
    world.now += 60_000
    expect(world.pick(suspect, 4)).toEqual([])
  })
})

describe('PiecePicker: deadlines', () => {
  it('come first, the soonest before others, and not from slow sources', () => {
    const world = new PickerWorld(plainLayout(50, 4))
    const fast = world.source('all', { bytesPerSecond: 1_000_000 })
    const slow = world.source('all', { bytesPerSecond: 5000 })
    world.picker.setDeadline(20, world.now + 900)
    world.picker.setDeadline(30, world.now + 600)
    world.picker.setDeadline(10, world.now + 600_000)
    const late = world.pickPieces(slow, 8)
    expect(late).toContain(10)
    expect(late).not.toContain(20)
    expect(late).not.toContain(30)
    expect(world.pickPieces(fast, 9).slice(0, 2)).toEqual([30, 20])
  })

  it('spread a piece that is due at once over similar sources', () => {
    const world = new PickerWorld(plainLayout(50, 32))
    const sources = [1, 2, 3, 4].map(() => world.source('all', { bytesPerSecond: 500_000 }))
    world.picker.setDeadline(7, world.now)
    for (const source of sources) {
      const blocks = world.pickPairs(source, 20).filter(([piece]) => piece === 7)
      expect(blocks.length).toBeGreaterThanOrEqual(4)
      expect(blocks.length).toBeLessThanOrEqual(8)
    }
  })

  it('assign a piece that is not due at once to one source, in order', () => {
    const world = new PickerWorld(plainLayout(50, 32))
    const sources = [1, 2].map(() => world.source('all', { bytesPerSecond: 500_000 }))
    world.picker.setDeadline(7, world.now + 20_000)
    expect(world.pickPairs(sources[0]!, 32).map(([, block]) => block)).toEqual([...Array(32).keys()])
  })

  it('are requested again from a faster source when the first will be late', () => {
    const world = new PickerWorld(plainLayout(50, 4))
    const only = world.source('all', { bytesPerSecond: 10_000 })
    world.picker.setDeadline(7, world.now + 1000)
    const held = world.pick(only, 4)
    const fast = world.source('all', { bytesPerSecond: 2_000_000 })
    expect(world.pick(fast, 4).sort()).toEqual(held)
  })

  it('are not requested again when they will be in time', () => {
    const world = new PickerWorld(plainLayout(50, 4))
    const slow = world.source('all', { bytesPerSecond: 100_000 })
    world.picker.setDeadline(7, world.now + 1000)
    const held = world.pick(slow, 4)
    const fast = world.source('all', { bytesPerSecond: 2_000_000 })
    expect(world.pick(fast, 4).filter(block => held.includes(block))).toEqual([])
  })

  it('end with null or with the piece, and the latest is dropped when there are too many', () => {
    const world = new PickerWorld(plainLayout(600, 1))
    const source = world.source('all', { bytesPerSecond: 1e6 })
    for (let piece = 0; piece < 600; piece++) world.picker.setDeadline(piece, world.now + piece)
    world.picker.setDeadline(0, null)
    const blocks = world.pick(source, 511)
    expect(blocks).toEqual([...Array(511).keys()].map(piece => piece + 1))
    world.deliver(source, blocks)
    expect(world.picker.pieces.wantedMissing).toBe(600 - 511)
    expect(world.pick(source, 1000)).toHaveLength(89)
  })

  it('leave a few blocks to a source without other work, to measure its rate', () => {
    const world = new PickerWorld(plainLayout(2, 32))
    world.source('all', { bytesPerSecond: 1_000_000 })
    const fresh = world.source('all')
    world.picker.setDeadline(0, world.now + 100)
    world.picker.setDeadline(1, world.now + 200)
    expect(world.pickPairs(fresh, 50)).toEqual([0, 1, 2, 3].map(block => [1, block]))
    expect(world.pick(fresh, 50)).toEqual([])
  })
})

describe('PiecePicker: interest and counts', () => {
  it('knows whether a source is interesting, also while it chokes us', () => {
    const world = new PickerWorld(plainLayout(4, 1))
    const source = world.source([1], { choking: true })
    expect(world.picker.sources.isInteresting(source)).toBe(true)
    world.picker.setPriority(1, 0)
    expect(world.picker.sources.isInteresting(source)).toBe(false)
    world.picker.setPriority(1, 4)
    expect(world.picker.sources.isInteresting(source)).toBe(true)
    world.picker.pieceDone(1)
    expect(world.picker.sources.isInteresting(source)).toBe(false)
    source.bits.set(2)
    world.picker.sources.gained(2)
    expect(world.picker.sources.isInteresting(source)).toBe(true)
    expect(world.picker.sources.interestingCount(source)).toBe(1)
    world.picker.pieceDone(2)
    expect(world.picker.sources.isInteresting(source)).toBe(false)
    world.picker.pieceLost(1)
    expect(world.picker.sources.isInteresting(source)).toBe(true)
    expect(world.have.has(1)).toBe(false)
  })

  it('finds the one new piece of a source among very many', () => {
    const world = new PickerWorld(plainLayout(20_000, 1))
    const source = world.source([])
    for (let round = 0; round < 5; round++) {
      expect(world.picker.sources.isInteresting(source)).toBe(false)
      expect(world.pick(source, 1)).toEqual([])
      const piece = 19_990 - round
      source.bits.set(piece)
      world.picker.sources.gained(piece)
      expect(world.picker.sources.isInteresting(source)).toBe(true)
      const picked = world.pick(source, 5)
      expect(picked).toEqual([piece])
      world.deliver(source, picked)
    }
    // More changes than are remembered.
    for (let piece = 0; piece < 3000; piece++) world.picker.setPriority(piece, 0)
    for (let piece = 0; piece < 3000; piece++) world.picker.setPriority(piece, 4)
    source.bits.set(100)
    world.picker.sources.gained(100)
    expect(world.picker.sources.isInteresting(source)).toBe(true)
    world.now += 1000
    expect(world.pick(source, 5)).toEqual([100])
  })

  it('picks from a choking seed that allows one piece, then from the same seed unchoked', () => {
    const world = new PickerWorld(plainLayout(5000, 1))
    const source = world.source('all')
    const allowed = new TestSource(source.id, new Bitfield(5000))
    allowed.bits.set(77)
    expect(world.pick(allowed, 3)).toEqual([77])
    expect(world.pick(allowed, 3)).toEqual([])
    expect(world.pick(source, 3)).toHaveLength(3)
    expect(world.picker.sources.requestedFrom(source.id)).toBe(4)
  })

  it('counts availability correctly, however sources are added, changed and removed', () => {
    const world = new PickerWorld(plainLayout(3, 1))
    const { picker } = world
    const part = world.source([0])
    const seed = world.source('all')
    expect([0, 1, 2].map(piece => picker.pieces.availability(piece))).toEqual([2, 1, 1])
    for (const piece of [1, 2]) {
      part.bits.set(piece)
      picker.sources.gained(piece)
    }
    expect(picker.pieces.availability(2)).toBe(2)
    picker.sources.lost(0)
    part.bits.clear(0)
    picker.sources.replace(seed, 'all', 'none')
    expect([0, 1, 2].map(piece => picker.pieces.availability(piece))).toEqual([0, 1, 1])
    picker.sources.remove(part, part.bits)
    picker.sources.remove(seed, 'none')
    expect([0, 1, 2].map(piece => picker.pieces.availability(piece))).toEqual([0, 0, 0])
    expect(() => {
      picker.sources.add(seed, 'all')
      picker.sources.add(seed, 'all')
    }).toThrow(/added already/)
  })

  it('leaves padding pieces to the caller', () => {
    const layout = { ...plainLayout(3, 2), blockCount: (piece: number) => (piece === 1 ? 0 : 2) }
    const world = new PickerWorld(layout)
    const source = world.source([1])
    expect(world.picker.paddingPieces()).toEqual([1])
    expect(world.picker.sources.isInteresting(source)).toBe(false)
    expect(world.picker.pieces.wantedMissing).toBe(3)
    world.picker.pieceDone(1)
    expect(world.picker.paddingPieces()).toEqual([])
    expect(world.picker.pieces.blocksLeft).toBe(4)
  })

  it('starts with the pieces we have, and finishes with the pieces we want', () => {
    const have = new Bitfield(3)
    have.set(0)
    const picker = new PiecePicker({ layout: plainLayout(3, 4, 1), have, random: seededRandom(1) })
    expect([picker.pieces.wantedMissing, picker.pieces.blocksLeft, picker.pieces.isFinished]).toEqual([
      2,
      5,
      false,
    ])
    picker.setPriority(1, 0)
    expect([picker.pieces.wantedMissing, picker.pieces.blocksLeft]).toEqual([1, 1])
    picker.pieceDone(2)
    expect([picker.pieces.isFinished, have.count]).toEqual([true, 2])
    picker.setPriority(1, 4)
    expect(picker.pieces.isFinished).toBe(false)
  })

  it('accepts late and stray blocks, and ignores nonsense', () => {
    const world = new PickerWorld(plainLayout(4, 2, 1))
    const source = world.source('all')
    const [block] = world.pick(source, 1)
    world.picker.released(source.id, block!)
    expect(world.picker.partialPieces()).toEqual([])
    expect(world.picker.received(source.id, block!)).toEqual({
      wanted: true,
      alsoAsked: [],
      pieceComplete: false,
    })
    expect(world.picker.isReceived(block!)).toBe(true)
    expect(world.picker.received(source.id, block!).wanted).toBe(false)
    for (const nonsense of [7, 8, -1, 1e9, Number.NaN])
      expect(world.picker.received(source.id, nonsense).wanted).toBe(false)
    for (const nonsense of [-1, 99, Number.NaN]) {
      world.picker.released(source.id, nonsense)
      world.picker.pieceDone(nonsense)
      world.picker.pieceFailed(nonsense)
      world.picker.sources.gained(nonsense)
      world.picker.setDeadline(nonsense, 5)
      world.picker.setPriority(nonsense, 7)
      expect(world.picker.pieces.isWanted(nonsense)).toBe(false)
    }
    expect(world.picker.pieces.blocksLeft).toBe(6)
  })

  it('refuses a bitfield of another torrent', () => {
    expect(
      () => new PiecePicker({ layout: plainLayout(3, 1), have: new Bitfield(4), random: seededRandom(1) }),
    ).toThrow(/another length than the layout/)
  })
})
