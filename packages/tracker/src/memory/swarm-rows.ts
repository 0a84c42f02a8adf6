import { GrowingWords } from './growing-words.ts'
import { HashTable } from './hash-table.ts'
import { LIST_WORDS } from './peer-lists.ts'

/**
 * Words of a row: five of info hash, downloads, tick of the last announce, and a list head per
 * address family.
 */
export const ROW_WORDS = 16
export const [DOWNLOADS, TICK] = [5, 6] as const
const LISTS = 7
/** Free rows have a tick that no swarm has. */
export const FREE = -1

/** Returns the offset, in the words of all rows, of the list head of an address family. */
export function headOf(row: number, family: number): number {
  return row * ROW_WORDS + LISTS + family * LIST_WORDS
}

/** A row of words per swarm, found by its info hash. Rows of removed swarms are used again. */
export class SwarmRows {
  /** The words of all rows. May be replaced by `add`: read it again afterwards. */
  words: Int32Array
  /** The end of the rows used so far. */
  end = 0
  /** Number of swarms. */
  count = 0
  readonly #all = new GrowingWords()
  readonly #table: HashTable
  #firstFree = -1

  /** `key`: two random words. */
  constructor(key: Int32Array) {
    this.words = this.#all.words
    this.#table = new HashTable(key)
  }

  get reservedBytes(): number {
    return this.#table.reservedBytes + this.words.byteLength
  }

  /** Returns the row of the info hash, or -1. */
  find(hash: Int32Array): number {
    return this.#table.find(hash, this.words, ROW_WORDS)
  }

  /**
   * Adds a swarm without peers, which must not be there yet. Returns its row, or -1 if memory is
   * exhausted.
   */
  add(hash: Int32Array, tick: number): number {
    const row = this.#take()
    if (row < 0) return -1
    const base = row * ROW_WORDS
    this.words.fill(0, base, base + ROW_WORDS)
    this.words.set(hash, base)
    this.words[base + TICK] = tick
    this.#table.add(row, this.words, ROW_WORDS)
    this.count++
    return row
  }

  remove(row: number): void {
    this.#table.remove(row, this.words, ROW_WORDS)
    this.words[row * ROW_WORDS] = this.#firstFree
    this.words[row * ROW_WORDS + TICK] = FREE
    this.#firstFree = row
    this.count--
  }

  #take(): number {
    if (this.#firstFree >= 0) {
      const row = this.#firstFree
      this.#firstFree = this.words[row * ROW_WORDS]!
      return row
    }
    if ((this.end + 1) * ROW_WORDS > this.words.length) {
      if (!this.#all.grow((this.end + 1) * ROW_WORDS)) return -1
      this.words = this.#all.words
    }
    return this.end++
  }
}
