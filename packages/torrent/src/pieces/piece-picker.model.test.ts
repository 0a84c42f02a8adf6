import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PiecePriority } from './pieces.ts'
import { MAX_SOURCES_PER_BLOCK } from './policy.ts'
import { PickerWorld, plainLayout, type TestSource } from './testing/test-source.ts'

const PIECES = 12
const BLOCKS = 3
const LAST_BLOCKS = 2

/** The state of a picker in its simplest form. */
class Model {
  readonly world: PickerWorld
  readonly sources: TestSource[] = []
  /** Sources that each block is requested from. */
  readonly holders = new Map<number, Set<number>>()
  readonly here = new Set<number>()
  readonly done = new Set<number>()
  readonly priority: number[] = Array(PIECES).fill(4)
  readonly urgent = new Set<number>()
  /** Sources that were added with 'all' and not changed since. */
  readonly seeds = new Set<number>()

  constructor(seed: number, maxPartialPieces: number) {
    this.world = new PickerWorld(plainLayout(PIECES, BLOCKS, LAST_BLOCKS), { seed, maxPartialPieces })
  }

  blocksOf(piece: number): number[] {
    const count = piece === PIECES - 1 ? LAST_BLOCKS : BLOCKS
    return Array.from({ length: count }, (_, at) => piece * BLOCKS + at)
  }

  isWanted(piece: number): boolean {
    return this.priority[piece]! > 0 && !this.done.has(piece)
  }

  isFreeBlock(block: number): boolean {
    return !this.holders.has(block) && !this.here.has(block)
  }

  availability(piece: number): number {
    return this.sources.filter(source => source.bits.has(piece)).length
  }

  /** Wanted, free blocks that some source has. */
  freeBlocks(): number[] {
    const blocks: number[] = []
    for (let piece = 0; piece < PIECES; piece++)
      if (this.isWanted(piece) && this.availability(piece) > 0)
        blocks.push(...this.blocksOf(piece).filter(block => this.isFreeBlock(block)))
    return blocks
  }

  unhold(source: number, block: number): void {
    const holders = this.holders.get(block)
    holders?.delete(source)
    if (holders?.size === 0) this.holders.delete(block)
  }

  dropPiece(piece: number): void {
    for (const block of this.blocksOf(piece)) {
      this.holders.delete(block)
      this.here.delete(block)
    }
  }

  pick(source: TestSource, count: number): void {
    const endgame = this.freeBlocks().length === 0
    const askedBefore = [...this.holders.values()].filter(holders => holders.has(source.id)).length
    const picked = this.world.pick(source, count)
    expect(picked.length).toBeLessThanOrEqual(count)
    for (const block of picked) {
      const piece = Math.floor(block / BLOCKS)
      expect(source.has(piece)).toBe(true)
      expect(this.isWanted(piece)).toBe(true)
      expect(this.here.has(block)).toBe(false)
      const holders = this.holders.get(block) ?? new Set()
      expect(holders.has(source.id)).toBe(false)
      // Only deadlines and endgame, which may start in the middle of a pick, request a block twice.
      if (holders.size > 0) {
        expect(endgame || this.urgent.has(piece) || this.freeBlocks().length === 0).toBe(true)
        expect(source.onParole).toBe(false)
      }
      expect(holders.size).toBeLessThan(MAX_SOURCES_PER_BLOCK)
      this.holders.set(block, holders.add(source.id))
    }
    // Without rates, parole and deadlines there is no reason to leave a free block to others.
    const idle = picked.length === 0 && count > 0 && askedBefore === 0
    if (idle && !source.onParole && !this.sources.some(one => one.onParole || one.bytesPerSecond > 0)) {
      const awaiting = [...Array(PIECES).keys()].some(
        piece => !this.done.has(piece) && this.blocksOf(piece).every(block => this.here.has(block)),
      )
      const useful = this.freeBlocks().filter(block => source.has(Math.floor(block / BLOCKS)))
      if (!awaiting && this.world.picker.partialPieces().length < PIECES / 2) expect(useful).toEqual([])
    }
  }

  receive(source: TestSource, block: number): void {
    const holders = this.holders.get(block)
    const receipt = this.world.picker.received(source.id, block)
    expect(receipt.wanted).toBe(!this.here.has(block))
    expect([...receipt.alsoAsked].sort()).toEqual([...(holders ?? [])].filter(id => id !== source.id).sort())
    this.holders.delete(block)
    this.here.add(block)
    const piece = Math.floor(block / BLOCKS)
    expect(receipt.pieceComplete).toBe(this.blocksOf(piece).every(one => this.here.has(one)))
  }

  check(): void {
    const { picker } = this.world
    const pieces = [...Array(PIECES).keys()]
    const wanted = pieces.filter(piece => this.isWanted(piece))
    expect(picker.pieces.wantedMissing).toBe(wanted.length)
    expect(picker.pieces.isFinished).toBe(wanted.length === 0)
    const left = wanted.flatMap(piece => this.blocksOf(piece).filter(block => !this.here.has(block)))
    expect(picker.pieces.blocksLeft).toBe(left.length)
    expect(picker.inEndgame).toBe(left.length > 0 && this.freeBlocks().length === 0)
    const open = pieces.filter(
      piece => !this.done.has(piece) && this.blocksOf(piece).some(block => !this.isFreeBlock(block)),
    )
    expect(picker.partialPieces().sort((a, b) => a - b)).toEqual(open)
    for (const piece of pieces) {
      expect(picker.pieces.availability(piece)).toBe(this.availability(piece))
      for (const block of this.blocksOf(piece)) {
        expect(picker.isRequested(block)).toBe(this.holders.has(block))
        expect(picker.isReceived(block)).toBe(this.done.has(piece) || this.here.has(block))
      }
      expect(this.world.have.has(piece)).toBe(this.done.has(piece))
    }
    for (const source of this.sources) {
      const asked = [...this.holders.values()].filter(holders => holders.has(source.id)).length
      expect(picker.sources.requestedFrom(source.id)).toBe(asked)
      const interesting = wanted.filter(piece => source.bits.has(piece))
      expect(picker.sources.isInteresting(source)).toBe(interesting.length > 0)
      expect(picker.sources.interestingCount(source)).toBe(interesting.length)
    }
  }
}

type Step = { what: string; who: number; piece: number; count: number; value: number }

function run(model: Model, { what, who, piece, count, value }: Step): void {
  const { picker } = model.world
  const source = model.sources[who % Math.max(1, model.sources.length)]
  if (what === 'add') {
    const bits = [...Array(PIECES).keys()].filter(one => ((value >>> one) & 1) === 1)
    const added = model.world.source(count < 2 ? 'all' : bits)
    model.sources.push(added)
    if (count < 2) model.seeds.add(added.id)
  } else if (what === 'priority') {
    model.priority[piece] = count % 8
    picker.setPriority(piece, (count % 8) as PiecePriority)
  } else if (what === 'sequential') picker.setSequential(value % 2 === 0)
  else if (what === 'deadline') {
    const due = count % 3 === 0 ? null : model.world.now + (value % 9000)
    picker.setDeadline(piece, due)
    if (due === null || model.done.has(piece)) model.urgent.delete(piece)
    else model.urgent.add(piece)
  } else if (what === 'time') model.world.now += value % 5000
  else if (!source) return
  else if (what === 'pick') model.pick(source, count)
  else if (what === 'receive') {
    const mine = [...model.holders].filter(([, holders]) => holders.has(source.id))
    for (const [block] of mine.slice(0, count)) model.receive(source, block)
  } else if (what === 'release') {
    const mine = [...model.holders].filter(([, holders]) => holders.has(source.id))
    for (const [block] of mine.slice(0, count)) {
      picker.released(source.id, block)
      model.unhold(source.id, block)
    }
  } else if (what === 'releaseAll') {
    picker.releaseAll(source.id)
    for (const block of [...model.holders.keys()]) model.unhold(source.id, block)
  } else if (what === 'remove') {
    picker.releaseAll(source.id)
    for (const block of [...model.holders.keys()]) model.unhold(source.id, block)
    model.sources.splice(model.sources.indexOf(source), 1)
    picker.sources.remove(source, source.bits)
  } else if (what === 'gain') {
    if (source.bits.set(piece)) picker.sources.gained(piece)
  } else if (what === 'lose') {
    const before = source.bits.clone()
    if (!source.bits.clear(piece)) return
    if (value % 2 === 0 && !model.seeds.has(source.id)) picker.sources.lost(piece)
    else picker.sources.replace(source, before, source.bits)
    model.seeds.delete(source.id)
  } else if (what === 'rate') source.bytesPerSecond = value
  else if (what === 'parole') source.onParole = !source.onParole
  else if (what === 'choke') source.choking = !source.choking
  else if (what === 'finish') {
    const complete = model.blocksOf(piece).every(block => model.here.has(block))
    if (!complete) return
    model.dropPiece(piece)
    if (value % 4 === 0) return picker.pieceFailed(piece)
    picker.pieceDone(piece)
    model.done.add(piece)
    model.urgent.delete(piece)
  } else if (what === 'lost' && model.done.delete(piece)) picker.pieceLost(piece)
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      ...[
        'add',
        'priority',
        'sequential',
        'deadline',
        'time',
        'pick',
        'pick',
        'pick',
        'pick',
        'receive',
        'receive',
      ],
      ...[
        'receive',
        'release',
        'releaseAll',
        'remove',
        'gain',
        'lose',
        'rate',
        'parole',
        'choke',
        'finish',
        'lost',
      ],
      ...['finish', 'finish', 'add'],
    ),
    who: fc.nat(50),
    piece: fc.nat(PIECES - 1),
    count: fc.nat(9),
    value: fc.nat(1_000_000),
  }),
  { minLength: 20, maxLength: 250 },
)

it('agrees with a plain model under any sequence of events', () => {
  fc.assert(
    fc.property(steps, fc.integer(), fc.integer({ min: 2, max: 20 }), (list, seed, maxOpen) => {
      const model = new Model(seed, maxOpen)
      for (const step of list) {
        run(model, step)
        model.check()
      }
    }),
    { numRuns: 100 },
  )
})

it('fetches every wanted piece that any source has, each block once outside endgame', () => {
  const swarm = fc.record({
    seed: fc.integer(),
    maxOpen: fc.integer({ min: 2, max: 12 }),
    sources: fc.array(
      fc.record({ bits: fc.nat(4095), rate: fc.nat(1_000_000), parole: fc.boolean(), runs: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    ),
    unwanted: fc.nat(4095),
    sequential: fc.boolean(),
  })
  fc.assert(
    fc.property(swarm, ({ seed, maxOpen, sources, unwanted, sequential }) => {
      const model = new Model(seed, maxOpen)
      const { world } = model
      for (const { bits, rate, parole, runs } of sources) {
        const pieces = [...Array(PIECES).keys()].filter(piece => ((bits >>> piece) & 1) === 1)
        model.sources.push(world.source(pieces, { bytesPerSecond: rate, onParole: parole, wantsRuns: runs }))
      }
      world.picker.setSequential(sequential)
      for (let piece = 0; piece < PIECES; piece++)
        if (((unwanted >>> piece) & 1) === 1) {
          world.picker.setPriority(piece, 0)
          model.priority[piece] = 0
        }
      const reachable = [...Array(PIECES).keys()].filter(
        piece => model.isWanted(piece) && model.availability(piece) > 0,
      )
      for (let round = 0; round < 500 && reachable.some(piece => !model.done.has(piece)); round++) {
        world.now += 500
        for (const source of model.sources) {
          model.pick(source, 4)
          const mine = [...model.holders].filter(([, holders]) => holders.has(source.id)).slice(0, 2)
          for (const [block] of mine) {
            model.receive(source, block)
            const piece = Math.floor(block / BLOCKS)
            if (!model.blocksOf(piece).every(one => model.here.has(one))) continue
            model.dropPiece(piece)
            world.picker.pieceDone(piece)
            model.done.add(piece)
          }
        }
        model.check()
      }
      expect([...model.done].sort((a, b) => a - b)).toEqual(reachable)
    }),
    { numRuns: 100 },
  )
})
