/** Open connections by address. What counts one more must count it off again. */
export class ConnectionCounts {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  /** `most`: 0 for no limit. */
  constructor(most: number) {
    this.#most = most
  }

  /** False, and nothing is counted, when it is one too many. */
  admits(address: string): boolean {
    const count = this.#counts.get(address) ?? 0
    if (this.#most > 0 && count >= this.#most && !isMachine(address)) return false
    this.#counts.set(address, count + 1)
    return true
  }

  release(address: string): void {
    const count = this.#counts.get(address) ?? 0
    if (count <= 1) this.#counts.delete(address)
    else this.#counts.set(address, count - 1)
  }
}

function isMachine(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}
