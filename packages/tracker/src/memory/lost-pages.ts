/** The processes whose pages are to be removed, for the number of sweeps that visit all swarms. */
export class LostPages {
  readonly #left = new Map<number, number>()
  readonly #sweeps: number

  constructor(sweeps: number) {
    this.#sweeps = sweeps
  }

  /** The pages of this process are removed in the next sweeps. */
  drop(process: number): void {
    this.#left.set(process, this.#sweeps)
  }

  /** The process is still alive. */
  keep(process: number): void {
    this.#left.delete(process)
  }

  has(process: number): boolean {
    return this.#left.has(process)
  }

  /** Call it at each sweep. */
  count(): void {
    for (const [process, left] of this.#left)
      if (left > 0) this.#left.set(process, left - 1)
      else this.#left.delete(process)
  }
}
