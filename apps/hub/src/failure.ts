/** Only a person can fix it, such as a port that is taken: exit code 78, so that no service manager tries again. */
export class SetupError extends Error {}

export const EXIT = { failed: 1, usage: 2, setup: 78 } as const
