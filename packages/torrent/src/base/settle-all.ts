/** Starts all steps at once, even if one throws, and resolves when all have ended. */
export function settleAll(steps: readonly (() => unknown)[]): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(steps.map(async step => step()))
}

/** Throws the reason of the first rejected promise. */
export function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
