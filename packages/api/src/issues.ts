/**
 * Describes validation errors of inputs: in the same words everywhere, and with the number of the
 * entry of a list.
 */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

export interface DescribedIssue {
  /** The invalid member, such as `limits.schedule.0.from`. Empty for the input as a whole. */
  readonly field: string
  /**
   * Message with the remedy: `entry 1, from ("25:00"): write a time of day as 07:30`. It does not
   * repeat the field.
   */
  readonly message: string
}

/** Characters of an entry in a message. */
const MOST_SHOWN = 40

/** Describes the first issue of an input. */
export function describeIssue(error: z.ZodError, input: unknown): DescribedIssue {
  const { path, issue } = meantIssue(error.issues[0]!, [])
  const value = valueAt(input, path)
  return { field: path.map(String).join('.'), message: atEntry(path, value, explain(issue, value)) }
}

/**
 * Prepends the list entry that contains a field to a message, with the entry's text: `entry 3
 * ("htp://x"): `. Returns it unchanged if the field is not in a list. `field` is a path or one in
 * text, such as `filters.2.include`.
 *
 * @param value The field's value. A text or number is shown, shortened and without a password.
 */
export function atEntry(field: Path | string, value: unknown, message: string): string {
  const path =
    typeof field === 'string'
      ? field.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
      : field
  const from = path.findIndex(part => typeof part === 'number')
  if (from < 0) return message
  const place = path.slice(from).map(part => (typeof part === 'number' ? `entry ${part + 1}` : String(part)))
  return `${place.join(', ')}${shown(value)}: ${message}`
}

/** Returns the issue of the union's branch that got farthest, which was probably intended. */
function meantIssue(issue: Issue, above: Path): { readonly path: Path; readonly issue: Issue } {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.flatMap(branch => branch.slice(0, 1))
    const [deepest] = branches.sort((a, b) => b.path.length - a.path.length)
    if (deepest && deepest.path.length > 0) return meantIssue(deepest, path)
  }
  // The member itself is at fault, not the object that has it.
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0]!)
  return { path, issue }
}

/** Types, in terms of what to write. */
const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'write true or false',
  number: 'write a number',
  int: 'write an integer',
  string: 'write a text',
  array: 'it is a list',
  object: 'write an object with its members',
  record: 'write an object with its members',
}

function explain(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'it is missing' : (EXPECTED[issue.expected] ?? 'it is of another type')
    case 'invalid_value':
      return value === undefined ? 'it is missing' : `write one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      if (issue.minimum === 1 && isCounted(issue.origin)) return 'it is empty'
      return `at least ${issue.minimum}${unitOf(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'unrecognized_keys':
      return 'there is no such member'
    default:
      // Zod's own wording is not helpful; that of our schemas is.
      return /^Invalid\b/.test(issue.message) ? 'it has another form' : issue.message
  }
}

const isCounted = (origin: string) => origin === 'string' || origin === 'array'

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' || origin === 'set' ? ' entries' : ''
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

function shown(value: unknown): string {
  if (typeof value === 'number') return ` ("${value}")`
  if (typeof value !== 'string') return ''
  const safe = withoutSecret(value.slice(0, 4096)).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
  const characters = [...safe]
  return ` ("${characters.length > MOST_SHOWN ? `${characters.slice(0, MOST_SHOWN).join('')}…` : safe}")`
}

/** Messages are logged: paths of URLs may be passkeys, and the part before an @ a password. */
function withoutSecret(text: string): string {
  const url = /^([a-z][a-z\d+.-]{0,20}:\/\/)(?:[^/?#]*@)?([^/?#]*)(.?)/i.exec(text)
  if (url) return `${url[1]}${url[2]}${url[3] ? '/…' : ''}`
  return /^[a-z]{1,20}:\S*@/i.test(text) ? `…${text.slice(text.lastIndexOf('@'))}` : text
}
