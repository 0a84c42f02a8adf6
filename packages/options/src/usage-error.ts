/** The user typed something wrong: exit code 2, and a hint at the help. */
export class UsageError extends Error {
  readonly code = 'bad-argument'

  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
