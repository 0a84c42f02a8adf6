import { describe, expect, it } from 'vitest'
import { PieceMemory } from './piece-memory.ts'

const MIB = 1024 * 1024

class User {
  shares: number[] = []
  setShare(bytes: number): void {
    this.shares.push(bytes)
  }
}

describe('PieceMemory', () => {
  it('divides its bytes among the downloads, and again when one ends', () => {
    const memory = new PieceMemory({ totalBytes: 8 * MIB, maxShareBytes: 4 * MIB })
    const users = [new User(), new User(), new User(), new User()]
    for (const user of users) memory.enter(user)
    memory.enter(users[0]!)
    expect(users.map(({ shares }) => shares.at(-1)! / MIB)).toEqual([2, 2, 2, 2])
    expect(users[0]!.shares.map(bytes => Math.round((10 * bytes) / MIB))).toEqual([40, 27, 20])
    memory.leave(users[3]!)
    memory.leave(users[2]!)
    memory.leave(users[2]!)
    expect(users.map(({ shares }) => shares.at(-1)! / MIB)).toEqual(
      [4, 4, 8 / 3, 2].map(n => expect.closeTo(n)),
    )
  })

  it('tells thousands of downloads of few changes, and never gives them more than there is', () => {
    const memory = new PieceMemory({ totalBytes: 64 * MIB })
    const users = Array.from({ length: 3000 }, () => new User())
    for (const [at, user] of users.entries()) {
      memory.enter(user)
      expect(memory.shareBytes * (at + 1)).toBeLessThanOrEqual(64 * MIB)
    }
    const told = () => users.reduce((sum, { shares }) => sum + shares.length, 0)
    // Otherwise each new download would notify all others: 4,500,000 times.
    expect(told()).toBeLessThan(10 * users.length)
    for (const user of users.slice(1)) memory.leave(user)
    expect(users[0]!.shares.at(-1)).toBe(48 * MIB)
    expect(told()).toBeLessThan(20 * users.length)
  })

  it('reuses buffers by size, and never keeps more than one share of them', () => {
    const memory = new PieceMemory({ maxShareBytes: 3 * MIB })
    memory.enter(new User())
    const big = memory.take(MIB)
    const small = memory.take(1000)
    memory.give(big)
    memory.give(small)
    expect(memory.take(1000)).toBe(small)
    expect(memory.take(MIB)).toBe(big)
    const many = Array.from({ length: 5 }, () => memory.take(MIB))
    for (const buffer of many) memory.give(buffer)
    const again = Array.from({ length: 5 }, () => memory.take(MIB))
    expect(again.filter(buffer => many.includes(buffer))).toHaveLength(3)
  })

  it('keeps nothing after the last download has ended', () => {
    const memory = new PieceMemory()
    const user = new User()
    memory.enter(user)
    const buffer = memory.take(MIB)
    memory.give(buffer)
    memory.leave(user)
    expect(memory.take(MIB)).not.toBe(buffer)
    memory.give(buffer)
    expect(memory.take(MIB)).not.toBe(buffer)
  })

  it('keeps the pieces that were written last, for each torrent', () => {
    const memory = new PieceMemory({ recentBytes: 4 * MIB })
    memory.enter(new User())
    const [a, b] = [{}, {}]
    const pieces = Array.from({ length: 5 }, () => new Uint8Array(MIB))
    for (const [piece, buffer] of pieces.entries()) memory.keep(piece % 2 ? a : b, piece, buffer)
    expect(memory.recent(b, 0)).toBeUndefined()
    expect(memory.recent(a, 1)).toBe(pieces[1])
    expect(memory.recent(b, 1)).toBeUndefined()
    // Evicted buffers are reused, kept ones are not.
    expect(memory.take(MIB)).toBe(pieces[0])
    expect(pieces).not.toContain(memory.take(MIB))
    memory.forget(a)
    expect([memory.recent(a, 1), memory.recent(a, 3)]).toEqual([undefined, undefined])
    expect(memory.recent(b, 4)).toBe(pieces[4])
  })

  it('keeps no piece that would displace all others', () => {
    const memory = new PieceMemory({ recentBytes: 4 * MIB })
    memory.keep(memory, 0, new Uint8Array(2 * MIB))
    expect(memory.recent(memory, 0)).toBeUndefined()
  })
})
