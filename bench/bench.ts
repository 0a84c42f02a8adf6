/** What every benchmark is: the contract. `main.ts` runs those that it lists. */

export interface BenchOptions {
  /** Small and once, to see that everything works: its numbers mean nothing. */
  readonly quick: boolean
  /** How often each contestant runs; they take turns. */
  readonly runs: number
  /** Which of `tmpfs` and `disk`; absent for all there are. */
  readonly medium?: string
  /** A line about progress. */
  log(line: string): void
}

/** One table of results. */
export interface Section {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Below the table: ratios, goals met or missed, and why. */
  readonly notes: readonly string[]
}

export interface Benchmark {
  run(options: BenchOptions): Promise<readonly Section[]>
}
