import vm from 'node:vm'
import { type FeedFilter, type TitleTest, titleTest } from '@shoal/api'
import { Failure } from './failure.ts'

/** How long a pattern may take for one title. Whoever needs longer gets a second chance: a busy machine may have taken the time. */
const PATTERN_MS = 50
/** A pattern that takes longer even so is taken for one that would never end. */
const PATIENT_MS = 1000

/** What a title is held against. */
export interface TitleFilter {
  readonly filter: FeedFilter
  /** Throws a Failure when a pattern takes too long. */
  matches(title: string): boolean
}

/** Throws `bad-request` with the field when a pattern is none. */
export function compileFilter(filter: FeedFilter, field = 'filters'): TitleFilter {
  return { filter, matches: titleTest(filter, (pattern, member) => bounded(pattern, `${field}.${member}`)) }
}

/** Case never counts. The pattern runs where it can be ended: some take years for the wrong title. */
function bounded(pattern: string, field: string): TitleTest {
  try {
    new RegExp(pattern, 'i')
  } catch (cause) {
    const why = (cause as Error).message.replace(/^Invalid regular expression: /, '')
    throw new Failure('bad-request', `this is no regular expression: ${why}`, { cause, field })
  }
  const context = vm.createContext({ pattern: new RegExp(pattern, 'i'), title: '' })
  const script = new vm.Script('pattern.test(title)')
  return title => {
    context.title = title
    const run = (timeout: number) => script.runInContext(context, { timeout }) === true
    try {
      return run(PATTERN_MS)
    } catch {
      // It is said below when it takes too long again.
    }
    try {
      return run(PATIENT_MS)
    } catch (cause) {
      const message = `the filter /${pattern}/ takes too long for ${JSON.stringify(title.slice(0, 80))}: write it more simply`
      throw new Failure('slow-pattern', message, { cause })
    }
  }
}
