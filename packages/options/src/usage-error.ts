/** A mistake in the command line or settings: exit code 2, and a pointer to the help. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly code = 'bad-argument'
}
