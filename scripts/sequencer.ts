import { relative } from 'node:path'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'
import { ROOT } from './run.ts'

/**
 * The test files that take longest, because they wait or have many tests. They start first, so that
 * the others run in parallel and no core is idle at the end.
 */
export const LONGEST = [
  'interop/chat-app.long.test.ts',
  'interop/packages.long.test.ts',
  'scripts/without.long.test.ts',
  'apps/web/e2e/console.long.test.ts',
  'interop/node-cli.long.test.ts',
  'interop/chat-faults.long.test.ts',
  'interop/hub-page.long.test.ts',
  'interop/tracker.long.test.ts',
  'interop/sealed.long.test.ts',
  'interop/chat-nodes.long.test.ts',
  'interop/proxies.long.test.ts',
  'interop/hub-postgres.long.test.ts',
  'sim/chat-writes.long.test.ts',
  'sim/chat-faults.test.ts',
  'apps/web/e2e/console.test.ts',
  'apps/node/src/node/network/network.slow.test.ts',
  'apps/node/src/node/network-search/network-search.long.test.ts',
]

/**
 * Projects whose files share processes come last: their short files keep all cores busy until the
 * end.
 */
const PROJECTS = ['unit', 'browser', 'web', 'interop', 'sim', 'network', 'replacing', 'slow']

/**
 * The longest files come first, then project by project in Vitest's own order: a process only
 * continues with a file of the same project.
 */
export default class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    // Sorting is stable, so files of the same rank and project remain in Vitest's order.
    return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b) || place(a) - place(b))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.indexOf(relative(ROOT, moduleId).replaceAll('\\', '/'))
  return at < 0 ? LONGEST.length : at
}

function place({ project }: TestSpecification): number {
  return PROJECTS.indexOf(project.name)
}
