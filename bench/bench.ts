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

/** What was to be reached, and what was. */
export interface Goal {
  readonly label: string
  /** NaN when it could not be measured. */
  readonly value: number
  readonly goal: number
  readonly sense: 'least' | 'most'
  /** ` x` for a ratio. */
  readonly unit: string
  /** False also when it was not measured. */
  readonly met: boolean
}

/** One table of results. */
export interface Section {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly goals: readonly Goal[]
  /** Every run by contestant, as it was measured: for `--json`. */
  readonly runs: Readonly<Record<string, readonly unknown[]>>
}

export interface Benchmark {
  run(options: BenchOptions): Promise<readonly Section[]>
}
