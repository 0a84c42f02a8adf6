/**
 * Loads the texts of errors for pages that must stay small and that need them only after a failure.
 * Never rejects.
 */
export const loadReasons = (): Promise<void> =>
  import('./reasons.ts').then(
    reasons => reasons.loadReasons(),
    () => {},
  )

/** Runs a call that may fail on such a page. */
export const saying = <Result>(work: () => Promise<Result>): Promise<Result> =>
  work().catch(async error => {
    await loadReasons()
    throw error
  })
