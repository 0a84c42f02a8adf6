import { ApiError } from '@shoal/api'
import { controls } from '../messages/controls.ts'
import { errorMessage } from './error-message.ts'

/** The message to show for an error. Those of node and hub say what to do. */
export function messageOf(error: unknown): string {
  // Of the page's own link, in its language. With a status, the node has answered that it could not reach somebody else.
  if (error instanceof ApiError && error.code === 'unreachable' && error.status === 0) return error.message
  if (!(error instanceof Error) || error.message === '') return controls.unknown
  return errorMessage(error)
}

export const isAborted = (error: unknown) => error instanceof Error && error.name === 'AbortError'
