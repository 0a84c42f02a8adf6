import { IdentityError } from '../identity-error.ts'

/**
 * Returns the code of the error that `call` throws, undefined if it throws none, and other errors
 * as text.
 */
export function thrownCode(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return error instanceof IdentityError ? error.code : String(error)
  }
}
