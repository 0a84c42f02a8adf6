/** A hub of several processes while they, Redis, the database and the network fail. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database, Steps } from '../packages/hub-stores/src/database/database.ts'
import { FAULTS, type Fault, planFor, type RunOptions, runPlan, runSeeds } from './support/hub/hub-run.ts'

const RUNS = Number(process.env.SHOAL_SIM_RUNS ?? 60)
/** Run only this one. */
const SEED = process.env.SHOAL_SIM_SEED

/** Each fault has its own seeds. */
const seedsOf = (fault: number, runs = RUNS) =>
  SEED ? [Number(SEED)] : Array.from({ length: runs }, (_, at) => 10_000 * (fault + 1) + at)

test.each(Object.entries(FAULTS).map(([name, fault], at) => ({ name, fault, at })))(
  'every acknowledged entry stays, once and in order, and reaches everyone: $name',
  async ({ name, fault, at }) => {
    const seeds = seedsOf(at)
    const { runs, entries, deliveries, operations } = await runSeeds(fault, seeds)
    console.log(
      `${name}: ${runs} runs, ${operations} operations, ${entries} entries, ${deliveries} deliveries`,
    )
    expect(runs).toBe(seeds.length)
    if (!SEED) expect(entries).toBeGreaterThan(4 * runs)
  },
)

test('a run repeats exactly with the same plan, and differs with another seed', async () => {
  const fault = FAULTS['all of these']!
  const plans = fc.sample(planFor(fault), { seed: 5, numRuns: 20 })
  const plan = plans.reduce((one, other) => (other.operations.length > one.operations.length ? other : one))
  const run = (seed: number) => runPlan({ ...plan, seed }, { disturbances: fault.disturbances! })
  const [first, again, other] = [await run(1), await run(1), await run(2)]
  expect(first.log.length).toBeGreaterThan(50)
  // Compare lines first, since they show where two runs differ.
  expect(again.log).toEqual(first.log)
  expect(again.trace).toBe(first.trace)
  expect(other.trace).not.toBe(first.trace)
})

/** Acknowledges what is not durable yet. */
class HastyDatabase implements Database {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  write<T>(transaction: () => Steps<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const early = Symbol('early')
      // Runs up to the result of the last statement, then rolls back.
      let result: T | undefined
      this.#database
        .write(function* () {
          result = yield* transaction()
          throw early
        })
        .catch(error => {
          if (error !== early) return reject(error)
          resolve(result as T)
          this.#database.write(transaction).catch(() => {})
        })
    })
  }

  read<T>(statements: () => Steps<T>): Promise<T> {
    return this.#database.read(statements)
  }

  snapshot(...given: Parameters<Database['snapshot']>): ReturnType<Database['snapshot']> {
    return this.#database.snapshot(...given)
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}

const MISTAKES: { name: string; fault: Fault; options: RunOptions; broken: RegExp }[] = [
  {
    name: 'a hub that acknowledges before the commit, and so gives numbers twice',
    fault: FAULTS['the database killed, or its answers lost']!,
    options: { wrapDatabase: database => new HastyDatabase(database) },
    broken:
      /an entry that was acknowledged as \d+ to member \d is not there|another log|forked-log|broken-log/,
  },
  {
    name: 'a client that sends again with another id',
    fault: FAULTS['processes killed']!,
    options: { mistakes: { resendsAsNew: true } },
    broken: /an entry is in the log twice/,
  },
  {
    name: 'a client that confirms its inbox before it has stored it',
    fault: FAULTS['the network cut, or slow']!,
    options: { mistakes: { takesFirst: true } },
    broken: /a delivery of member \d has not arrived/,
  },
  {
    name: 'a hub that never asks the database what other processes did',
    fault: FAULTS['Redis lost, or out of reach for some']!,
    options: { given: { limits: { checkMs: 1e9 } }, recoveryMs: 60_000 },
    broken: /after recovery: member \d does not have entry/,
  },
]

test.each(MISTAKES)('finds $name', async ({ fault, options, broken }) => {
  const failure = await runSeeds(fault, seedsOf(9, 400), options).then(
    () => null,
    (error: Error) => error,
  )
  expect(failure?.message).toMatch(/Counterexample/)
  expect(String(failure?.cause)).toMatch(broken)
  // Shrinking leaves few operations.
  const [, operations] = /"operations":(\[.*?\])/.exec(failure!.message)!
  expect(JSON.parse(operations!).length).toBeLessThan(8)
})
