/** Before the tests of a run, and outside their time limits: the console is built where its sources have changed. */
import { buildConsole } from '../../scripts/build-console.ts'

export function setup(): void {
  if (!buildConsole()) throw new Error('the console could not be built')
}
