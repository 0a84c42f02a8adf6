import { randomFillSync } from 'node:crypto'
import { HashTable } from '../memory/hash-table.ts'

/** A set of info hashes with lookups that allocate nothing. */
export class HashList {
  readonly #rows: Int32Array
  readonly #table = new HashTable(randomFillSync(new Int32Array(2)))

  /**
   * `hashes`: 40 hex digits, or 64 of a v2 hash, of which the first 40 count (BEP 52). Throws
   * TypeError for anything else.
   */
  constructor(hashes: readonly string[]) {
    const different = [...new Set(hashes.map(hash => hash.trim().toLowerCase().slice(0, 40)))]
    const wrong = hashes.find(hash => !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hash.trim()))
    if (wrong !== undefined)
      throw new TypeError(`"${wrong}" is not an info hash: write 40 or 64 hexadecimal digits`)
    this.#rows = new Int32Array(different.length * 5)
    different.forEach((hash, row) => {
      for (let word = 0; word < 5; word++)
        this.#rows[row * 5 + word] = Number.parseInt(hash.slice(8 * word, 8 * word + 8), 16)
      this.#table.add(row, this.#rows, 5)
    })
  }

  has(hash: Int32Array): boolean {
    return this.#table.find(hash, this.#rows, 5) >= 0
  }
}
