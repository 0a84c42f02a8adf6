/** Begins all steps at once, also after one that throws, and resolves when all have ended. */
export function settleAll(steps: readonly (() => unknown)[]): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(steps.map(async step => step()))
}

/** Throws the reason of the first promise that was rejected. */
export function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
