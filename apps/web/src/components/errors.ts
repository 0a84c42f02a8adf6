import { ApiError } from '@shoal/api'
import { texts } from '../texts/texts.ts'

/** What to show of an error: the node's own words say what to do. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError && error.code === 'unreachable') return texts.app.errors.unreachable
  return error instanceof Error && error.message !== '' ? error.message : texts.app.errors.unknown
}

export const isAborted = (error: unknown) => error instanceof Error && error.name === 'AbortError'
