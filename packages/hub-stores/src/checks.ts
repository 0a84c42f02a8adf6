/** Argument checks. Each throws `bad-argument` and names the argument. */
import { StoreError } from './store-error.ts'

/** Largest integer that PostgreSQL, SQLite and JavaScript can all represent. */
const MAX_INTEGER = Number.MAX_SAFE_INTEGER

export function checkBytes(name: string, bytes: Uint8Array, min: number, max = min): void {
  if (!(bytes instanceof Uint8Array) || bytes.length < min || bytes.length > max)
    throw bad(name, min === max ? `${min} bytes` : `${min} to ${max} bytes`)
}

export function checkInteger(name: string, value: number, min = 0, max = MAX_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw bad(name, `an integer from ${min} to ${max}`)
}

/**
 * Checks a text without U+0000, which PostgreSQL cannot store, and without lone surrogates. `max`
 * in bytes of UTF-8.
 */
export function checkText(name: string, text: string, min: number, max: number): void {
  const isText = typeof text === 'string' && text.length <= max && text.isWellFormed() && !text.includes('\0')
  const length = isText ? Buffer.byteLength(text) : -1
  if (length < min || length > max) throw bad(name, `text of ${min} to ${max} bytes without U+0000`)
}

export function checkCount(name: string, list: readonly unknown[], min: number, max: number): void {
  if (!Array.isArray(list) || list.length < min || list.length > max)
    throw bad(name, `${min} to ${max} items`)
}

export function bad(name: string, form: string): StoreError {
  return new StoreError('bad-argument', `${name} must be ${form}`, { field: name })
}
