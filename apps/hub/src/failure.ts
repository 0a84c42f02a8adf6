export const EXIT = { failed: 1, usage: 2, setup: 78 } as const

/**
 * The hub cannot start until a user fixes something, such as a port in use: exit code 78, so that
 * no service manager retries.
 */
export class SetupError extends Error {
  readonly exitCode: number = EXIT.setup
}

/**
 * The hub cannot start for now, for example because its database does not answer: a service manager
 * retries.
 */
export class NotYetError extends SetupError {
  override readonly exitCode = EXIT.failed
}
