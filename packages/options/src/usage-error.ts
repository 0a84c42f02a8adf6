/** The user typed something wrong: exit code 2, and a hint at the help. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly code = 'bad-argument'
}
