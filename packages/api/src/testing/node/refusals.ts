import { ApiError } from '../../api-error.ts'
import { errorsOf, USUAL_ERRORS } from '../../errors.ts'
import { OPERATIONS } from '../../operations.ts'

const ERRORS = { ...errorsOf(Object.values(OPERATIONS)), ...USUAL_ERRORS }

/** An error as thrown by the typed client. `field` is the invalid member of the input. */
export function refusal(code: string, message: string, field: string): ApiError {
  return new ApiError(code, message, { status: ERRORS[code]?.status ?? 400, field })
}

/** Returns the entry of a map. Throws `not-found` if it is missing. */
export function found<Value>(map: ReadonlyMap<string, Value>, id: string, kind: string, field = 'id'): Value {
  const value = map.get(id)
  if (value === undefined) throw refusal('not-found', `This ${kind} does not exist.`, field)
  return value
}

/** Returns a page of a list. The cursor is the number of the first item. */
export function pageOf<Item>(items: readonly Item[], cursor: string | undefined, limit: number) {
  const start = Number(cursor ?? 0)
  if (!Number.isInteger(start) || start < 0)
    throw refusal('bad-request', 'This is not a cursor: give `next` of the page before.', 'cursor')
  const next = start + limit < items.length ? String(start + limit) : null
  return { items: items.slice(start, start + limit), next, total: items.length }
}

/** Returns the members whose value is not undefined. */
export function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>
  }
}
