import { Failure } from '@shoal/daemon/failure'
import type { StoreError, StoreErrorCode } from '@shoal/hub-stores'

/** Codes whose meaning between servers differs from that between a store and its caller. */
const CODES: Partial<Record<StoreErrorCode, string>> = {
  'bad-argument': 'bad-request',
  refused: 'forbidden',
  closed: 'unavailable',
}

/** Converts a store error into one for clients. Returns other errors unchanged. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'StoreError') return error
  const { code, field, message } = error as StoreError
  // The message of the database names its place, and says what only the operator can do.
  if (code === 'no-space')
    return new Failure(
      code,
      'the disk of the hub is full: try again when its operator has freed some space',
      {
        cause: error,
      },
    )
  return new Failure(CODES[code] ?? code, message, { cause: error, ...(field !== undefined && { field }) })
}
