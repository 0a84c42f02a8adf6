/** Starts a list of capabilities in the order of what they need, joins what they offer, and closes them in reverse. */
import { type Contract, type NodeOperations, type NodeStats, OPERATIONS } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { Family } from '@shoal/daemon/metrics'
import {
  AbsentCapability,
  type AnyCapability,
  type AnyRunning,
  type Service,
  type Services,
} from './capability.ts'
import type { NodeFiles } from './contract.ts'
import type { Kernel } from './kernel.ts'

/** The capabilities of a node that runs, as one. */
export interface Assembled {
  /** Names of the capabilities that run, in the order of their start. */
  readonly names: readonly string[]
  readonly running: readonly AnyRunning[]
  /** All operations of the API; those of capabilities that do not run reject with `unsupported`. */
  readonly operations: NodeOperations
  readonly files: NodeFiles
  stats(): Promise<Partial<NodeStats>>
  metrics(): Family[]
  /** Current problems of all capabilities. */
  health(): string[]
  /** Throws if none of them provides it. */
  service<T>(it: Service<T>): T
  /** Ends jobs and capabilities in reverse order. Closes all of them, then rejects with the first error. */
  close(): Promise<void>
}

/** Rejects with the error of one that cannot start, after closing the others. */
export async function assemble(list: readonly AnyCapability[], kernel: Kernel): Promise<Assembled> {
  const started: { readonly capability: AnyCapability; readonly running: AnyRunning }[] = []
  const provided = new Map<string, unknown>()
  const close = async () => {
    const errors: unknown[] = []
    for (const { running } of started.splice(0).reverse()) {
      try {
        await kernel.jobs.end(Object.keys(running.jobs ?? {}))
        await running.close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  try {
    for (const capability of inOrder(list)) {
      const given = {
        ...pick(capability.needs, name => provided.get(name)),
        ...pick(capability.wants, name => provided.get(name) ?? null),
      }
      const running: AnyRunning = await capability.start(kernel, given)
      started.push({ capability, running })
      for (const [key, { name }] of Object.entries((capability.provides ?? {}) as Services))
        provided.set(name, running.provides?.[key])
    }
    for (const { running } of started) {
      await running.begin?.()
      await resumeJobs(running, kernel)
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
  const running = started.map(each => each.running)
  const names = started.map(({ capability }) => (capability.contract as Contract).name)
  return {
    names,
    running,
    operations: joinOperations(running),
    files: joinFiles(running),
    stats: async () => Object.assign({}, ...(await Promise.all(running.map(each => each.stats?.())))),
    metrics: () => running.flatMap(each => each.metrics?.() ?? []),
    health: () => [...running.flatMap(each => each.health?.() ?? []), ...kernel.problems.messages],
    service<T>({ name }: Service<T>): T {
      if (!provided.has(name)) throw new AbsentCapability(`The service ${name}`)
      return provided.get(name) as T
    },
    close,
  }
}

/** Sorts the list so that each follows its needs and wants. Throws for a missing need and for a cycle. */
export function inOrder(list: readonly AnyCapability[]): AnyCapability[] {
  const providers = new Map<string, AnyCapability>()
  for (const capability of list)
    for (const { name } of Object.values((capability.provides ?? {}) as Services)) {
      if (providers.has(name)) throw new Error(`two capabilities provide the service ${name}`)
      providers.set(name, capability)
    }
  const ordered: AnyCapability[] = []
  const visit = (capability: AnyCapability, path: readonly AnyCapability[]) => {
    if (ordered.includes(capability)) return
    if (path.includes(capability))
      throw new Error(
        `these capabilities need each other: ${[...path, capability].map(each => each.contract.name).join(' → ')}`,
      )
    const { needs = {}, wants = {} } = capability as { needs?: Services; wants?: Services }
    for (const { name } of Object.values(needs))
      if (!providers.has(name))
        throw new Error(`${capability.contract.name} needs the service ${name}, which no capability provides`)
    for (const { name } of [...Object.values(needs), ...Object.values(wants)]) {
      const provider = providers.get(name)
      if (provider) visit(provider, [...path, capability])
    }
    ordered.push(capability)
  }
  for (const capability of list) visit(capability, [])
  return ordered
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

function joinOperations(running: readonly AnyRunning[]): NodeOperations {
  const absent = Object.keys(OPERATIONS).map(name => [
    name,
    async () => {
      throw new AbsentCapability(`The operation ${name}`)
    },
  ])
  return Object.assign(Object.fromEntries(absent), ...running.map(each => each.operations))
}

function joinFiles(running: readonly AnyRunning[]): NodeFiles {
  const refuse = async () => {
    throw new AbsentCapability('This')
  }
  return Object.assign(
    { open: refuse, metainfo: refuse, receive: refuse },
    ...running.map(each => each.files),
  )
}

function pick(services: Services | undefined, find: (name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(services ?? {}).map(([key, { name }]) => [key, find(name)]))
}
