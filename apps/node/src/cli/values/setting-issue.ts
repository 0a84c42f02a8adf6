import { texts } from '../texts.ts'
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
  boolean: texts.settingIssue.boolean,
  number: texts.settingIssue.number,
  int: texts.settingIssue.integer,
  string: texts.settingIssue.text,
  array: texts.settingIssue.list,
  object: texts.settingIssue.object({ example: '{ … }' }),
}
/** Members of lists are typed as JSON, which does not know `on`. */
const EXPECTED_INSIDE: Readonly<Record<string, string>> = {
  ...EXPECTED,
  boolean: texts.settingIssue.booleanInside,
  string: texts.settingIssue.textInside,
  array: texts.settingIssue.listInside({ example: '[ … ]' }),
}
type LimitText = Readonly<Record<string, (values: { limit: string }) => string>>
const LEAST: LimitText = {
  string: texts.settingIssue.leastCharacters,
  array: texts.settingIssue.leastEntries,
}
const MOST: LimitText = { string: texts.settingIssue.mostCharacters, array: texts.settingIssue.mostEntries }

/** Says what to type and where: `entry 1, from: write a time of day as 07:30`. */
export function issueText({ path, ...issue }: SettingIssue): string {
  const place = path
    .map(part => (typeof part === 'number' ? texts.settingIssue.entry({ number: part + 1 }) : String(part)))
    .join(', ')
  return `${place === '' ? '' : `${place}: `}${wrong(issue, place !== '')}`
}

function wrong(issue: Omit<SettingIssue, 'path'>, isInside: boolean): string {
  const { code, message, expected = '', values = [], origin = '', minimum, maximum } = issue
  switch (code) {
    case 'invalid_type':
      return (isInside ? EXPECTED_INSIDE : EXPECTED)[expected] ?? message
    case 'invalid_value':
      return texts.settingIssue.oneOf({ values: values.map(String).join(texts.settingIssue.or) })
    case 'too_small':
      if (origin in LEAST && Number(minimum) === 1) return texts.settingIssue.empty
      return (
        LEAST[origin]?.({ limit: String(minimum) }) ?? texts.settingIssue.least({ limit: String(minimum) })
      )
    case 'too_big':
      return MOST[origin]?.({ limit: String(maximum) }) ?? texts.settingIssue.most({ limit: String(maximum) })
    default:
      return message
  }
}
