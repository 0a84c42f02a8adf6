/** Runs one parser on many inputs: stored ones, then mutations of them. */
import type { Random } from '../packages/torrent/src/base/random.ts'
import { type Coverage, isNew, merge } from './coverage.ts'
import { keptInputs } from './inputs.ts'
import { mutate } from './mutate.ts'
import { shrink } from './shrink.ts'
import type { Failure, Target } from './target.ts'

export interface FuzzOptions {
  readonly random: Random
  /** Number of mutated inputs. */
  readonly runs: number
  /** Time limit, on the clock of `performance.now()`. */
  readonly untilMs: number
  /** Whether to collect inputs that execute new code, and mutate them further. */
  readonly coverage?: Coverage | undefined
  /** Called before each run. */
  readonly onRun: (input: Uint8Array) => void
  /** Called for each new kind of failure, with a small input. */
  readonly onFailure: (input: Uint8Array, failure: Failure) => void
}

export interface FuzzResult {
  readonly runs: number
  /** Characters of source that were executed; 0 unless guided. */
  readonly executed: number
  /** Inputs that together execute all of it, shortest first. */
  readonly corpus: readonly Uint8Array[]
}

/**
 * Minimum and maximum number of runs between two coverage checks, each of which takes milliseconds.
 */
const BATCH = { least: 64, most: 2048 }
/** After this many kinds of failures, the parser needs work rather than more inputs. */
const MOST_FAILURES = 5
const MOST_CORPUS = 400

/** Fuzzes a parser until its runs or its time are used up. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { random, runs, untilMs, coverage, onRun, onFailure } = options
  const { name, format, maxBytes } = target.parser
  const failed = new Set<string>()
  const check = async (input: Uint8Array) => {
    onRun(input)
    const failure = await target.check(input)
    if (!failure || failed.has(failure.signature)) return
    failed.add(failure.signature)
    const small = await shrink(input, async candidate => {
      onRun(candidate)
      return (await target.check(candidate))?.signature === failure.signature
    })
    onFailure(small, (await target.check(small)) ?? failure)
  }

  const seeds = [...keptInputs('corpus', name), ...keptInputs('regressions', name)].map(({ bytes }) => bytes)
  const corpus: Uint8Array[] = [new Uint8Array(0), ...seeds.map(seed => seed.slice(0, maxBytes))]
  const explorer = coverage ? new Explorer(coverage, corpus, check) : null
  await (explorer ? explorer.run(corpus.slice()) : runAll(corpus, check))
  let done = 0
  let size = BATCH.least
  while (done < runs && performance.now() < untilMs && failed.size < MOST_FAILURES) {
    const count = Math.min(size, runs - done)
    const batch = Array.from({ length: count }, () =>
      mutate(corpus[random.below(corpus.length)]!, { format, random, maxBytes, corpus }),
    )
    done += count
    const before = corpus.length
    await (explorer ? explorer.run(batch) : runAll(batch, check))
    size = corpus.length > before ? BATCH.least : Math.min(BATCH.most, 2 * size)
  }
  return { runs: done, executed: explorer?.size ?? 0, corpus: (await explorer?.smallest()) ?? [] }
}

type Check = (input: Uint8Array) => Promise<void>

async function runAll(inputs: readonly Uint8Array[], check: Check): Promise<void> {
  for (const input of inputs) await check(input)
}

/** Adds inputs that execute new code to the corpus. */
class Explorer {
  readonly #coverage: Coverage
  readonly #corpus: Uint8Array[]
  readonly #check: Check
  #seen = new Map<string, Uint8Array>()
  #found: Uint8Array[] = []

  constructor(coverage: Coverage, corpus: Uint8Array[], check: Check) {
    this.#coverage = coverage
    this.#corpus = corpus
    this.#check = check
  }

  /** Characters of source that were executed. */
  get size(): number {
    return [...this.#seen.values()].reduce((sum, bytes) => sum + bytes.reduce((a, b) => a + b, 0), 0)
  }

  async run(inputs: readonly Uint8Array[]): Promise<void> {
    this.#coverage.take()
    await runAll(inputs, this.#check)
    const executed = this.#coverage.take()
    if (!isNew(executed, this.#seen)) return
    if (inputs.length > 1) {
      // Finds the input that did it, by bisection.
      const half = inputs.length >> 1
      await this.run(inputs.slice(0, half))
      await this.run(inputs.slice(half))
      return
    }
    merge(executed, this.#seen)
    this.#found.push(inputs[0]!)
    if (this.#corpus.length < MOST_CORPUS && !this.#corpus.includes(inputs[0]!)) this.#corpus.push(inputs[0]!)
  }

  /** Returns the inputs that execute something that no shorter one does. */
  async smallest(): Promise<readonly Uint8Array[]> {
    const sorted = this.#found.sort((a, b) => a.length - b.length)
    this.#found = []
    this.#seen = new Map()
    for (const input of sorted) await this.run([input])
    return this.#found
  }
}
