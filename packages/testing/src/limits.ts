/**
 * How long a test waits for an event before it fails: `until`, `vi.waitFor`, `vi.waitUntil` and `expect.poll` in all projects. Waits end as soon as
 * the event has come, so only a failing test takes that long, and a machine with other work to do does not fail tests.
 */
export const WAIT_MS = 20_000
