import { ApiError } from '@shoal/api'
import { texts } from '../messages/texts.ts'
import { errorMessage } from './error-message.ts'

/** The message to show for an error. The node's own messages say what to do. */
export function messageOf(error: unknown): string {
  // With a status, the node has answered that it could not reach somebody else.
  if (error instanceof ApiError && error.code === 'unreachable' && error.status === 0)
    return texts.app.errors.unreachable
  if (!(error instanceof Error) || error.message === '') return texts.app.errors.unknown
  return errorMessage(error)
}

export const isAborted = (error: unknown) => error instanceof Error && error.name === 'AbortError'
