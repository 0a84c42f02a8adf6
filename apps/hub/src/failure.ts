export const EXIT = { failed: 1, usage: 2, setup: 78 } as const

/** The hub cannot start. Only a person can fix it, such as a port that is taken: exit code 78, so that no service manager tries again. */
export class SetupError extends Error {
  readonly exitCode: number = EXIT.setup
}

/** The hub cannot start now, such as while its database does not answer: a service manager tries again. */
export class NotYetError extends SetupError {
  override readonly exitCode = EXIT.failed
}
