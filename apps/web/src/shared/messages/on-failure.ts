/** Loads the texts of errors for pages that have to be small, and for which they are only of use once something has failed. Never rejects. */
export const loadReasons = (): Promise<void> =>
  import('./reasons.ts').then(
    reasons => reasons.loadReasons(),
    () => {},
  )

/** Runs what may fail there. */
export const saying = <Result>(work: () => Promise<Result>): Promise<Result> =>
  work().catch(async error => {
    await loadReasons()
    throw error
  })
