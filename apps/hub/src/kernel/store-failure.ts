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
  return new Failure(CODES[code] ?? code, message, { cause: error, ...(field !== undefined && { field }) })
}
