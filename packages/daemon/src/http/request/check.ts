import { atEntry, describeIssue } from '@shoal/api/issues'
import type { z } from 'zod'
import type { Failure } from '../../failure.ts'
import { badRequest } from '../failures.ts'

/**
 * Returns the input with defaults filled in. Throws `bad-request` with the first member that is
 * invalid, unknown, or contains a NUL.
 */
export function checkInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (!result.success) {
    const { field, message } = describeIssue(result.error, value)
    throw badRequest(field || 'body', message)
  }
  const fault = faultIn(value, result.data, '')
  if (fault) throw fault
  return result.data
}

/** Schemas drop unknown members: a member in the value but not in the result is unknown. */
function faultIn(value: unknown, checked: unknown, at: string): Failure | null {
  if (typeof value === 'string')
    return value.includes('\0') ? badRequest(at, atEntry(at, value, 'it contains a NUL')) : null
  if (typeof value !== 'object' || value === null || typeof checked !== 'object' || checked === null)
    return null
  if (Array.isArray(value) && typeof value[0] === 'number') return null
  for (const [name, member] of Object.entries(value)) {
    const field = at === '' ? name : `${at}.${name}`
    if (!Object.hasOwn(checked, name))
      return badRequest(
        field.slice(0, 200),
        atEntry(field.slice(0, 200), undefined, 'there is no such member'),
      )
    const fault = faultIn(member, (checked as Record<string, unknown>)[name], field)
    if (fault) return fault
  }
  return null
}
