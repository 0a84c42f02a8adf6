/**
 * Checks the format of commit messages: `area: imperative summary` in at most 72 characters, a
 * blank line, and the reason.
 */
import { type RunResult, run } from './run.ts'

/** Commits up to this one predate the rule. */
const LAST_UNCHECKED = '47c5717fe6dae8fdbb1212ec45a06db781043d1a'
const MAX_SUBJECT_CHARACTERS = 72
const SUBJECT = /^[a-z0-9][a-z0-9 ,./-]*: (\S+)(?: .*)?\S$/
/** Third person and participles: "adds", "added", "adding". */
const NOT_IMPERATIVE = /^(?:\w+(?:[^su]s|ed|ing))$/
/** Imperatives that match the pattern above. */
const IMPERATIVES = new Set([
  'bring',
  'embed',
  'exceed',
  'feed',
  'need',
  'proceed',
  'seed',
  'shed',
  'speed',
  'string',
])

/** Returns what is wrong with a commit message, or null. */
export function commitViolation(message: string): string | null {
  const [subject = '', blank = ''] = message.split('\n')
  if (subject.length > MAX_SUBJECT_CHARACTERS)
    return `the subject has ${subject.length} characters; ${MAX_SUBJECT_CHARACTERS} is the limit`
  const verb = SUBJECT.exec(subject)?.[1]
  if (verb === undefined) return 'write the subject as "area: imperative summary"'
  if (/[A-Z]/.test(verb[0]!) || (NOT_IMPERATIVE.test(verb) && !IMPERATIVES.has(verb)))
    return `begin the summary with a verb in the imperative, in lower case, instead of "${verb}"`
  return blank === '' ? null : 'leave the second line blank'
}

/**
 * Checks the commits since the rule was introduced. Passes in a checkout without git or with too
 * little history.
 */
export async function checkCommits(): Promise<RunResult> {
  const range = `${LAST_UNCHECKED}..HEAD`
  const log = await run('git', ['log', '--no-merges', '-z', '--format=%h %B', range], { quiet: true })
  if (log.code !== 0) return { ...log, code: 0 }
  const found = log.output
    .split('\0')
    .filter(commit => commit !== '')
    .flatMap(commit => {
      const hash = commit.split(' ', 1)[0]!
      const message = commit.slice(hash.length + 1).trimEnd()
      const violation = commitViolation(message)
      return violation ? [`${hash} ${message.split('\n', 1)[0]}\n        ${violation}\n`] : []
    })
  return { code: found.length > 0 ? 1 : 0, seconds: log.seconds, output: found.join('') }
}
