import { ApiError } from '@shoal/api'
import { controls } from '../messages/controls.ts'
import { errorMessage } from './error-message.ts'

/** Returns the message to show for an error. Those of node and hub say what to do. */
export function messageOf(error: unknown): string {
  // For the page's own connection, in its language. An error with a status comes from the node,
  // which could not reach another host.
  if (error instanceof ApiError && error.code === 'unreachable' && error.status === 0) return error.message
  if (!(error instanceof Error) || error.message === '') return controls.unknown
  return errorMessage(error)
}

export const isAborted = (error: unknown) => error instanceof Error && error.name === 'AbortError'
