/** Explains why a setting's value is invalid. */

/** An issue that the schemas report (zod). */
export interface SettingIssue {
  readonly code?: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** With `invalid_type`. */
  readonly expected?: string
  /** With `invalid_value`. */
  readonly values?: readonly unknown[]
  /** With `too_small` and `too_big`: the type that has the limit. */
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
}

/** Expected types, in terms of what the user types. */
const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'write on or off',
  number: 'write a number',
  int: 'write an integer',
  string: 'write a text',
  array: 'it is a list',
  object: 'write an object with its members, { … }',
}
/** Members of lists are typed as JSON, which does not know `on`. */
const EXPECTED_INSIDE: Readonly<Record<string, string>> = {
  ...EXPECTED,
  boolean: 'write true or false',
  string: 'write a text in quotes',
  array: 'write a list, [ … ]',
}
const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

/** Says what to type and where: `entry 1, from: write a time of day as 07:30`. */
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
