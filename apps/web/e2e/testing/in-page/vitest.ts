/**
 * Replaces Vitest in a page: enough of its runner for the engine's own tests, with Vitest's
 * `expect`.
 */

import { limitMs } from '@shoal/testing'

export interface Outcome {
  readonly name: string
  /** Null if the test passed. */
  readonly error: string | null
}

type Work = (...args: never[]) => unknown
type Options = { readonly timeout?: number }
type Define = (name: string, ...work: readonly (Work | Options | number)[]) => void

interface Group {
  readonly name: string
  readonly parent: Group | null
  readonly before: Work[]
  readonly after: Work[]
  readonly beforeEach: Work[]
  readonly afterEach: Work[]
  readonly steps: (() => Promise<void>)[]
}

/** As in vitest.config.ts. A test that hangs fails instead of stopping those after it. */
const TIMEOUT_MS = limitMs(60)

const outcomes: Outcome[] = []
let current = group('', null)

function group(name: string, parent: Group | null): Group {
  return { name, parent, before: [], after: [], beforeEach: [], afterEach: [], steps: [] }
}

/**
 * Runs the tests of one file: `load` imports it, which defines them. A file that cannot be loaded
 * counts as a failed test.
 */
export async function runFile(file: string, load: () => Promise<unknown>): Promise<void> {
  const top = group(file, null)
  current = top
  const error = (await attempt([load])) ?? (await attempt([() => runGroup(top)]))
  if (error !== null) outcomes.push({ name: file, error })
}

/** The outcomes of all files that ran so far. */
export function results(): readonly Outcome[] {
  return outcomes
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

function addGroup(name: string, work: () => unknown): void {
  const outer = current
  const inner = group(`${outer.name} > ${name}`, outer)
  current = inner
  work()
  current = outer
  outer.steps.push(() => runGroup(inner))
}

function addTest(name: string, work: () => unknown, timeoutMs: number): void {
  const own = current
  own.steps.push(async () => {
    const error = await attempt([...chain(own, 'beforeEach'), work], timeoutMs)
    const late = await attempt(chain(own, 'afterEach'), timeoutMs)
    outcomes.push({ name: `${own.name} > ${name}`, error: error ?? late })
  })
}

async function attempt(works: readonly Work[], timeoutMs = limitMs(600)): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${timeoutMs} ms`)), timeoutMs)
  })
  const inOrder = async () => {
    for (const work of works) await work()
  }
  try {
    await Promise.race([inOrder(), timeout])
    return null
  } catch (error) {
    return error instanceof Error ? `${error.stack ?? error.message}` : String(error)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * `%s` and its kind in the name of a case, as Vitest shows them, roughly: names are for people
 * only.
 */
function nameOf(name: string, values: readonly unknown[], index: number): string {
  let next = 0
  return name.replaceAll(/%[sdifjo#]/g, place => String(place === '%#' ? index : values[next++]))
}

type Add = (name: string, work: () => unknown, timeoutMs: number) => void

/** `test` or `describe`, with their ways to repeat and to skip. */
function definer(add: Add) {
  const define: Define = (name, ...rest) => {
    const work = rest.find(one => typeof one === 'function') as (() => unknown) | undefined
    const options = rest.find(one => typeof one === 'object') as Options | undefined
    const timeoutMs = options?.timeout ?? (rest.find(one => typeof one === 'number') as number | undefined)
    if (work) add(name, work, timeoutMs ?? TIMEOUT_MS)
  }
  const repeat =
    (spread: boolean) =>
    (values: readonly unknown[]): Define =>
    (name, ...rest) => {
      for (const [index, value] of values.entries()) {
        const args = spread && Array.isArray(value) ? value : [value]
        const bound = rest.map(one =>
          typeof one === 'function' ? () => (one as (...args: unknown[]) => unknown)(...args) : one,
        )
        define(nameOf(name, args, index), ...bound)
      }
    }
  const when = (runs: boolean): Define => (runs ? define : () => {})
  return Object.assign(define, {
    each: repeat(true),
    for: repeat(false),
    skipIf: (condition: unknown) => when(!condition),
    runIf: (condition: unknown) => when(Boolean(condition)),
  })
}

export const test = definer(addTest)
export const it = test
export const describe = definer((name, work) => addGroup(name, work))
export const beforeAll = (work: Work): void => void current.before.push(work)
export const afterAll = (work: Work): void => void current.after.push(work)
export const beforeEach = (work: Work): void => void current.beforeEach.push(work)
export const afterEach = (work: Work): void => void current.afterEach.unshift(work)

export { expect } from './expect.ts'
