import { atEntry } from '@shoal/api/issues'
import { Failure } from '@shoal/daemon/failure'

/**
 * Runs an operation that the engine can only refuse because of one input member, and names that
 * member in the error.
 */
export async function namingField<Result>(
  field: string,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw refusalOf(error, field)
  }
}

/**
 * Checks each entry of an input list; `check` also receives its number, from 1. Errors name the
 * entry, such as `urls.1`.
 */
export function checkEntries(
  field: string,
  entries: readonly string[],
  check: (entry: string, number: number) => string,
): string[] {
  return entries.map((entry, at) => {
    try {
      return check(entry, at + 1)
    } catch (error) {
      throw refusalOf(error, `${field}.${at}`)
    }
  })
}

function refusalOf(error: unknown, field: string): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code !== 'bad-argument' && code !== 'unsafe-path') return error
  return new Failure(code, String(message), { cause: error, field })
}

/**
 * Runs an operation on an input member that can be a list, and adds the rejected entry to its
 * Failure.
 */
export async function namingEntry<Result>(
  run: () => Result | Promise<Result>,
  value?: unknown,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw inEntry(error, value)
  }
}

/** Adds the list entry to a Failure whose field is one. Returns other errors unchanged. */
function inEntry(error: unknown, value?: unknown): unknown {
  if (!(error instanceof Failure) || error.field === undefined) return error
  const message = atEntry(error.field, value, error.message)
  return message === error.message
    ? error
    : new Failure(error.code, message, { cause: error, field: error.field })
}
