/**
 * Exit codes other than 0 for success. 78 is EX_CONFIG of sysexits.h, which service managers know
 * by name.
 */
export const EXIT = { failed: 1, usage: 2, setup: 78, interrupted: 130 } as const
