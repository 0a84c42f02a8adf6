import type { SessionSettings } from '../session-api.ts'

/** Pages have no routes that would rule anything out. */
export function routedOptions<Options extends SessionSettings>(options: Options): Options {
  return options
}

export const routedChanges = routedOptions

export const routeProblems = (): readonly string[] => []

export function followRoute(_route: null, _session: unknown): void {}
