import { describe, expect, it, vi } from 'vitest'
import { GrowingWords } from './growing-words.ts'

describe('GrowingWords', () => {
  it.each([true, false])('grows, keeps its contents, and appends zeros; in place: %s', isInPlace => {
    const memory = vi.spyOn(WebAssembly, 'Memory')
    if (!isInPlace)
      memory.mockImplementation(function none() {
        throw new RangeError('could not allocate memory')
      })
    const all = new GrowingWords()
    memory.mockRestore()
    const before = all.words.length
    all.words.fill(7)
    expect(all.grow(before)).toBe(true)
    expect(all.words.length).toBe(before)
    const old = all.words
    expect(all.grow(10 * before + 1)).toBe(true)
    expect(all.words.length).toBeGreaterThan(10 * before)
    // Growing in place detaches the old array.
    expect(old.length).toBe(isInPlace ? 0 : before)
    expect(all.words.subarray(0, before).every(word => word === 7)).toBe(true)
    expect(all.words.subarray(before).every(word => word === 0)).toBe(true)
  })

  it('refuses an impossible size and stays unchanged', () => {
    const all = new GrowingWords()
    const { words } = all
    expect(all.grow(2 ** 29 + 1)).toBe(false)
    expect(all.words).toBe(words)
    words[0] = 1
    expect(all.words[0]).toBe(1)
  })
})
