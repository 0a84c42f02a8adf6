import type { z } from 'zod'
import type { Failure } from '../../failure.ts'
import { badRequest } from '../failures.ts'

type Issue = z.core.$ZodIssue

/** Returns the input with defaults filled in. Throws `bad-request` naming the first member that is wrong, unknown, or contains a NUL. */
export function checkInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (!result.success) throw refused(result.error.issues[0]!, [])
  const fault = faultIn(value, result.data, '')
  if (fault) throw fault
  return result.data
}

// Of a union's branches, the one that got farthest is the one that was meant.
function refused(issue: Issue, above: readonly PropertyKey[]): Failure {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.flatMap(branch => branch.slice(0, 1))
    const deepest = branches.sort((a, b) => b.path.length - a.path.length)[0]
    if (deepest && deepest.path.length > 0) return refused(deepest, path)
  }
  return badRequest(path.map(String).join('.') || 'body', issue.message)
}

/** Schemas drop members that they do not know: a member that is in the value but not in the result is unknown. */
function faultIn(value: unknown, checked: unknown, at: string): Failure | null {
  if (typeof value === 'string') return value.includes('\0') ? badRequest(at, 'it contains a NUL') : null
  if (typeof value !== 'object' || value === null || typeof checked !== 'object' || checked === null)
    return null
  if (Array.isArray(value) && typeof value[0] === 'number') return null
  for (const [name, member] of Object.entries(value)) {
    const field = at === '' ? name : `${at}.${name}`
    if (!Object.hasOwn(checked, name)) return badRequest(field.slice(0, 200), 'there is no such member')
    const fault = faultIn(member, (checked as Record<string, unknown>)[name], field)
    if (fault) return fault
  }
  return null
}
