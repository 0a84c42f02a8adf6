/** The contract of benchmarks. `main.ts` runs those listed in `benchmarks.ts`. */

export interface BenchOptions {
  /** Whether to run small and once, to check that everything works. The numbers mean nothing. */
  readonly quick: boolean
  /** Number of runs per contestant; contestants take turns. */
  readonly runs: number
  /** `tmpfs` or `disk`. Default: all that are available. */
  readonly medium?: string
  /** Prints a line about progress. */
  log(line: string): void
}

/** A goal and the measured value. */
export interface Goal {
  readonly label: string
  /** NaN if it could not be measured. */
  readonly value: number
  readonly goal: number
  readonly sense: 'least' | 'most'
  /** ` x` for a ratio. */
  readonly unit: string
  /** False also if it was not measured. */
  readonly met: boolean
}

/** One table of results. */
export interface Section {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly goals: readonly Goal[]
  /** All runs by contestant, for `--json`. */
  readonly runs: Readonly<Record<string, readonly unknown[]>>
}

export interface Benchmark {
  run(options: BenchOptions): Promise<readonly Section[]>
}
