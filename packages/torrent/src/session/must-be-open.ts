import { ShoalError } from '../base/errors.ts'

/** Throws `closed` if a session is closed. `signal`: aborts when it closes. */
export function mustBeOpen(signal: AbortSignal): void {
  if (signal.aborted) throw new ShoalError('closed', 'The session is closed. Open another one.')
}
