/** Stands for Vitest in a page: enough of it to run the suites of the engine's contracts where only a browser can run them. */

export interface Outcome {
  readonly name: string
  /** Null: it passed. */
  readonly error: string | null
}

type Work = () => unknown
interface Group {
  readonly name: string
  readonly parent: Group | null
  readonly before: Work[]
  readonly after: Work[]
  readonly beforeEach: Work[]
  readonly afterEach: Work[]
  readonly steps: (() => Promise<void>)[]
}

const group = (name: string, parent: Group | null): Group => ({
  name,
  parent,
  before: [],
  after: [],
  beforeEach: [],
  afterEach: [],
  steps: [],
})
const outcomes: Outcome[] = []
const top = group('', null)
let current = top

export function describe(name: string, fill: () => void): void {
  const outer = current
  const inner = group(outer.name ? `${outer.name} > ${name}` : name, outer)
  current = inner
  fill()
  current = outer
  outer.steps.push(() => runGroup(inner))
}

async function runGroup({ before, after, steps }: Group): Promise<void> {
  for (const work of before) await work()
  for (const step of steps) await step()
  for (const work of after) await work()
}

function chain(from: Group, key: 'beforeEach' | 'afterEach'): Work[] {
  const above = from.parent ? chain(from.parent, key) : []
  return key === 'beforeEach' ? [...above, ...from[key]] : [...from[key], ...above]
}

function addTest(name: string, work: Work): void {
  const own = current
  own.steps.push(async () => {
    const error = await attempt([...chain(own, 'beforeEach'), work])
    const late = await attempt(chain(own, 'afterEach'))
    outcomes.push({ name: own.name ? `${own.name} > ${name}` : name, error: error ?? late })
  })
}

async function attempt(works: readonly Work[]): Promise<string | null> {
  try {
    for (const work of works) await work()
    return null
  } catch (error) {
    return error instanceof Error ? `${error.stack ?? error.message}` : String(error)
  }
}

export const test = Object.assign(addTest, {
  each:
    (values: readonly unknown[]) =>
    (name: string, work: (value: unknown) => unknown): void => {
      for (const value of values) addTest(name.replace('%s', String(value)), () => work(value))
    },
})
export const it = test
export const beforeAll = (work: Work): void => void current.before.push(work)
export const afterAll = (work: Work): void => void current.after.push(work)
export const beforeEach = (work: Work): void => void current.beforeEach.push(work)
export const afterEach = (work: Work): void => void current.afterEach.unshift(work)

/** Runs all that was described. */
export async function run(): Promise<Outcome[]> {
  await runGroup(top)
  return outcomes
}

export { expect } from './expect.ts'
