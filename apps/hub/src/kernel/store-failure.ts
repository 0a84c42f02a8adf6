import { Failure } from '@shoal/daemon/failure'
import type { StoreError, StoreErrorCode } from '@shoal/hub-stores'

/** Codes that mean something else between servers than between a store and its caller. */
const CODES: Partial<Record<StoreErrorCode, string>> = {
  'bad-argument': 'bad-request',
  refused: 'forbidden',
  closed: 'unavailable',
}

/** Turns an error of the stores into one that clients get. Returns other errors unchanged. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'StoreError') return error
  const { code, field, message } = error as StoreError
  return new Failure(CODES[code] ?? code, message, { cause: error, ...(field !== undefined && { field }) })
}
