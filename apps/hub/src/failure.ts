/** What was asked for makes no sense: exit code 2. */
export class UsageError extends Error {}

/** What only a person can set right, such as a port that is taken: exit code 78, so that no service manager tries again. */
export class SetupError extends Error {}

export const EXIT = { failed: 1, usage: 2, setup: 78 } as const
