import { relative } from 'node:path'
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'
import { ROOT } from './run.ts'

/**
 * Test files that take the longest, mostly because they wait: a minute without a network, downloads at a limited rate, timers of other
 * programs. They start first, so that the others run meanwhile and no core is idle at the end.
 */
export const LONGEST = ['interop/page-network.test.ts', 'interop/faults/kills.test.ts']

/** Vitest's own order, except for the longest files. */
export default class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications)
    return sorted
      .map((specification, at) => [rank(specification), at, specification] as const)
      .sort(([a, atA], [b, atB]) => a - b || atA - atB)
      .map(([, , specification]) => specification)
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.indexOf(relative(ROOT, moduleId).replaceAll('\\', '/'))
  return at < 0 ? LONGEST.length : at
}
