import { describeFailure } from '../failure.ts'

/**
 * Runs all steps in sequence, even if one fails. Afterwards rejects with the error of the one that
 * failed, or an AggregateError of several.
 */
export async function closeAll(steps: readonly (() => unknown)[]): Promise<void> {
  const errors = new Set<unknown>()
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      for (const each of errorsIn(error)) errors.add(each)
    }
  }
  const [first] = errors
  if (errors.size > 1)
    throw new AggregateError(errors, [...errors].map(error => describeFailure(error).message).join('; '))
  if (errors.size > 0) throw first
}

/** Errors with which `closeAll` has rejected. */
export function errorsIn(error: unknown): readonly unknown[] {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error]
}
