/**
 * Runs before each test file: sets the time limits of waits, adds what a hanging test or hook
 * awaits to its error, and checks that nothing is left behind.
 */
import { afterAll, beforeAll, beforeEach, TestRunner, vi } from 'vitest'
import { awaitedSince } from './awaits.ts'
import { Leftovers } from './leftovers.ts'
import { limitMs, WAIT_MS } from './limits.ts'

type Wait = (check: never, options?: Parameters<typeof vi.waitFor>[1]) => unknown

const IS_PATIENT = Symbol.for('shoal.patient')

/** Vitest has no option for this default, which is one second. */
function patient<W extends Wait>(wait: W): W {
  // Files that share a process share `vi`.
  if (IS_PATIENT in wait) return wait
  const longer: Wait = (check, options) =>
    wait(check, typeof options === 'number' ? options : { timeout: WAIT_MS, ...options })
  return Object.assign(longer, { [IS_PATIENT]: true }) as Wait as W
}

vi.waitFor = patient(vi.waitFor)
vi.waitUntil = patient(vi.waitUntil)

/** Real time, even if a test replaces the clock. */
const nowMs = performance.now.bind(performance)

/** If `error` is Vitest's timeout, adds where the test or hook started at `sinceMs` is waiting. */
function nameAwaited(error: unknown, sinceMs: number): void {
  const limit = error instanceof Error && /^(?:Test|Hook) timed out in (\d+)ms/.exec(error.message)
  if (!limit) return
  const places = awaitedSince(sinceMs)
  error.message = `Not ended within ${Number(limit[1]) / 1000} s. It awaits ${places.join(' and ') || 'nothing that has a name'}`
}

type Hooks = ReturnType<typeof TestRunner.getSuiteHooks>
type Suite = Parameters<typeof TestRunner.getSuiteHooks>[0]

function nameAwaitedIn(hooks: Hooks): void {
  for (const list of Object.values(hooks) as ((...args: unknown[]) => unknown)[][])
    for (const [index, hook] of list.entries()) {
      const named = async (...args: unknown[]) => {
        const sinceMs = nowMs()
        try {
          return await hook(...args)
        } catch (error) {
          nameAwaited(error, sinceMs)
          throw error
        }
      }
      // Vitest keeps properties on hooks.
      list[index] = Object.assign(named, hook)
    }
}

function suitesIn(suite: Suite): Suite[] {
  return [suite, ...suite.tasks.flatMap(task => (task.type === 'suite' ? suitesIn(task) : []))]
}

// biome-ignore lint/correctness/noEmptyPattern: Vitest requires a pattern, which names the fixtures that are wanted.
beforeAll(({}, { file }) => {
  for (const suite of suitesIn(file)) nameAwaitedIn(TestRunner.getSuiteHooks(suite))
})

beforeEach(({ signal }) => {
  const sinceMs = nowMs()
  signal.addEventListener('abort', () => nameAwaited(signal.reason, sinceMs))
})

const leftovers = new Leftovers()

// The file's own hooks come before this one.
afterAll(async () => {
  const left = await leftovers.end()
  if (left.length > 0) throw new Error(`The file leaves behind: ${left.join('; ')}`)
}, limitMs(60))
