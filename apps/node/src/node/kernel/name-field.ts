import { atEntry } from '@shoal/api/issues'
import { Failure } from '@shoal/daemon/failure'

/** Runs what the engine can only refuse for one member of the input. A refusal then names it. */
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

/** Checks each entry of a list in the input, whose number `check` gets. A refusal names its member, such as `urls.1`. */
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

/** Runs what refuses one member of the input, which may be an entry of a list: a Failure that names it then says which. */
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

/** Adds the entry of a list to a Failure of which the field is one. Returns other errors unchanged. */
function inEntry(error: unknown, value?: unknown): unknown {
  if (!(error instanceof Failure) || error.field === undefined) return error
  const message = atEntry(error.field, value, error.message)
  return message === error.message
    ? error
    : new Failure(error.code, message, { cause: error, field: error.field })
}
