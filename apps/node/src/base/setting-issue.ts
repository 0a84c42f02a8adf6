/** What is wrong with a value that was typed for a setting. */

/** As the schemas say it (zod's issues). */
export interface SettingIssue {
  readonly code?: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** Of `invalid_type`. */
  readonly expected?: string
  /** Of `invalid_value`. */
  readonly values?: readonly unknown[]
  /** Of `too_small` and `too_big`: what is counted. */
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
}

/** What a schema expects, in the words that are typed. */
const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'write on or off',
  number: 'write a number',
  int: 'write a whole number',
  string: 'write a text',
  array: 'it is a list',
  object: 'write an object with its members, { … }',
}
/** A member of a list is typed as JSON, where `on` is nothing. */
const EXPECTED_INSIDE: Readonly<Record<string, string>> = {
  ...EXPECTED,
  boolean: 'write true or false',
  string: 'write a text in quotes',
  array: 'write a list, [ … ]',
}
const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

/** In the words of who types it, with its place: `entry 1, from: write a time of day as 07:30`. */
export function issueText({ path, ...issue }: SettingIssue): string {
  const place = path.map(part => (typeof part === 'number' ? `entry ${part + 1}` : String(part))).join(', ')
  return `${place === '' ? '' : `${place}: `}${wrong(issue, place !== '')}`
}

function wrong(issue: Omit<SettingIssue, 'path'>, isInside: boolean): string {
  const { code, message, expected = '', values = [], origin = '', minimum, maximum } = issue
  switch (code) {
    case 'invalid_type':
      return (isInside ? EXPECTED_INSIDE : EXPECTED)[expected] ?? message
    case 'invalid_value':
      return `write ${values.map(String).join(' or ')}`
    case 'too_small':
      if (origin in COUNTED && Number(minimum) === 1) return 'it is empty'
      return `at least ${minimum}${COUNTED[origin] ?? ''}`
    case 'too_big':
      return `at most ${maximum}${COUNTED[origin] ?? ''}`
    default:
      return message
  }
}
