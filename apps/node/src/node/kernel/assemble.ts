/** Combines the capabilities of a node: their operations, jobs, files and statistics. */
import { type NodeOperations, type NodeStats, OPERATIONS } from '@shoal/api'
import {
  AbsentCapability,
  type Assembled as AssembledOf,
  assemble as assembleAll,
} from '@shoal/daemon/capability'
import { describeFailure } from '@shoal/daemon/failure'
import type { AnyCapability, AnyRunning, NodeParts } from './capability.ts'
import type { NodeFiles } from './contract.ts'
import type { Kernel } from './kernel.ts'

/** The combined capabilities of a running node. */
export interface Assembled extends AssembledOf<NodeParts> {
  readonly operations: NodeOperations
  readonly files: NodeFiles
  stats(): Promise<Partial<NodeStats>>
}

/**
 * Rejects with the error of a capability that cannot start, after closing the others. Closing first
 * ends the jobs of each capability.
 */
export async function assemble(list: readonly AnyCapability[], kernel: Kernel): Promise<Assembled> {
  const all = await assembleAll(list, kernel, {
    operations: Object.keys(OPERATIONS),
    begun: running => resumeJobs(running, kernel),
    ending: ({ jobs = {} }) => kernel.jobs.end(Object.keys(jobs)),
  })
  const { running } = all
  return {
    ...all,
    operations: all.operations as unknown as NodeOperations,
    files: joinFiles(running),
    stats: async () => Object.assign({}, ...(await Promise.all(running.map(each => each.stats?.())))),
    health: () => [...all.health(), ...kernel.problems.messages],
  }
}

async function resumeJobs({ jobs = {} }: AnyRunning, { jobs: all, log }: Kernel): Promise<void> {
  for (const record of all.unfinished()) {
    const kind = jobs[record.kind as keyof typeof jobs]
    if (!kind?.resume) continue
    try {
      await kind.resume(record)
    } catch (error) {
      log.warn(`${record.name} could not be resumed: ${describeFailure(error).message}`)
      all.drop(record.id)
    }
  }
}

function joinFiles(running: readonly AnyRunning[]): NodeFiles {
  const refuse = async () => {
    throw new AbsentCapability('This')
  }
  return Object.assign(
    { open: refuse, openSealed: refuse, metainfo: refuse, receive: refuse },
    ...running.map(each => each.files),
  )
}
