/**
 * Builds the console and the page of a hub before the tests of a run, outside their time limits, if
 * their sources have changed.
 */
import { buildConsole } from '../../scripts/build-console.ts'
import { buildHubPage } from '../../scripts/build-hub-page.ts'

export function setup(): void {
  if (!buildConsole() || !buildHubPage()) throw new Error('a page could not be built')
}
