import vm from 'node:vm'
import { type FeedFilter, type TitleTest, titleTest } from '@shoal/api'
import { Failure } from './failure.ts'

/** How long a pattern may take for one title. A slower one gets a second chance, because the machine may have been busy. */
const PATTERN_MS = 50
/** A pattern that takes longer than this is assumed never to end. */
const PATIENT_MS = 1000

/** A filter whose patterns have been compiled. */
export interface TitleFilter {
  readonly filter: FeedFilter
  /** Throws a Failure when a pattern takes too long. */
  matches(title: string): boolean
}

/** Throws `bad-request` with the field if a pattern is invalid. */
export function compileFilter(filter: FeedFilter, field = 'filters'): TitleFilter {
  return { filter, matches: titleTest(filter, (pattern, member) => bounded(pattern, `${field}.${member}`)) }
}

/** Ignores case. The pattern runs in a VM script with a timeout, because some patterns take years for certain titles. */
function bounded(pattern: string, field: string): TitleTest {
  try {
    new RegExp(pattern, 'i')
  } catch (cause) {
    const why = (cause as Error).message.replace(/^Invalid regular expression: /, '')
    throw new Failure('bad-request', `this is not a valid regular expression: ${why}`, { cause, field })
  }
  const context = vm.createContext({ pattern: new RegExp(pattern, 'i'), title: '' })
  const script = new vm.Script('pattern.test(title)')
  return title => {
    context.title = title
    const run = (timeout: number) => script.runInContext(context, { timeout }) === true
    try {
      return run(PATTERN_MS)
    } catch {
      // A second timeout is reported below.
    }
    try {
      return run(PATIENT_MS)
    } catch (cause) {
      const message = `the filter /${pattern}/ takes too long to match ${JSON.stringify(title.slice(0, 80))}: simplify it`
      throw new Failure('slow-pattern', message, { cause })
    }
  }
}
