import vm from 'node:vm'
import type { FeedFilter } from '@shoal/api'
import { Failure } from '../../cli/failure.ts'

/** A pattern that takes longer for one title is taken for one that would never end. */
const PATTERN_MS = 50
const MAX_TITLE = 500

/** What a title is held against. */
export interface TitleFilter {
  readonly filter: FeedFilter
  /** Throws a Failure when a pattern takes too long. */
  matches(title: string): boolean
}

/** Throws `bad-request` with the field when a pattern is none. */
export function compileFilter(filter: FeedFilter, field = 'filters'): TitleFilter {
  const include = compile(filter.include, `${field}.include`)
  const exclude = compile(filter.exclude, `${field}.exclude`)
  return {
    filter,
    matches(title) {
      const short = title.slice(0, MAX_TITLE)
      if (include && !include(short, 'all')) return false
      return !exclude?.(short, 'any')
    },
  }
}

type Test = (title: string, words: 'all' | 'any') => boolean

/** Null for an empty text. `/…/` is a regular expression; anything else are words, in any order and case. */
function compile(text: string, field: string): Test | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const pattern = /^\/(.+)\/(i?)$/s.exec(trimmed)?.[1]
  if (pattern !== undefined) return bounded(pattern, field)
  const words = fold(trimmed).split(/\s+/)
  return (title, which) => {
    const folded = fold(title)
    return which === 'all'
      ? words.every(word => folded.includes(word))
      : words.some(word => folded.includes(word))
  }
}

/** Case never counts. The pattern runs where it can be ended: some take years for the wrong title. */
function bounded(pattern: string, field: string): Test {
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
    try {
      return script.runInContext(context, { timeout: PATTERN_MS }) === true
    } catch (cause) {
      const message = `the filter /${pattern}/ takes too long for ${JSON.stringify(title.slice(0, 80))}: write it more simply`
      throw new Failure('slow-pattern', message, { cause })
    }
  }
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
