/** Builds the console before the tests of a run, outside their time limits, if its sources have changed. */
import { buildConsole } from '../../scripts/build-console.ts'

export function setup(): void {
  if (!buildConsole()) throw new Error('the console could not be built')
}
