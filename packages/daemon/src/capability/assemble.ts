/**
 * Starts a list of capabilities in dependency order, combines their services and operations, and
 * closes them in reverse.
 */
import type { Family } from '../metrics/families.ts'
import {
  AbsentCapability,
  type AnyCapability,
  type AnyOperations,
  type AnyRunning,
  type RunningParts,
  type Service,
  type Services,
} from './capability.ts'
import { closeAll } from './close-all.ts'

/** The running capabilities of a program, as one object. */
export interface Assembled<Parts extends RunningParts> {
  /** Names of the running capabilities, in start order. */
  readonly names: readonly string[]
  readonly running: readonly AnyRunning<Parts>[]
  /**
   * All operations of the program; those of capabilities that are not running reject with
   * `unsupported`.
   */
  readonly operations: AnyOperations
  metrics(): Family[]
  /** Current problems of all capabilities. */
  health(): string[]
  /** Throws if no capability provides it. */
  service<T>(it: Service<T>): T
  /** Returns null if no capability provides it. */
  want<T>(it: Service<T>): T | null
  /** Closes all in reverse order, then rejects as `closeAll` does. */
  close(): Promise<void>
}

export interface AssembleOptions<Parts extends RunningParts> {
  /** Names of all operations, including those of capabilities not in the list. */
  readonly operations: readonly string[]
  /** Called for each after it has started, before the next one starts. */
  begun?(running: AnyRunning<Parts>): Promise<void>
  /** Called for each before it is closed. */
  ending?(running: AnyRunning<Parts>): Promise<void>
}

/** Rejects with the error of one that cannot start, after closing the others. */
export async function assemble<Kernel, Parts extends RunningParts>(
  list: readonly AnyCapability<Kernel, Parts>[],
  kernel: Kernel,
  { operations, begun, ending }: AssembleOptions<Parts>,
): Promise<Assembled<Parts>> {
  const started: {
    readonly capability: AnyCapability<Kernel, Parts>
    readonly running: AnyRunning<Parts>
  }[] = []
  const provided = new Map<string, unknown>()
  const close = async () => {
    const all = started.splice(0).reverse()
    await closeAll(all.flatMap(({ running }) => [() => ending?.(running), () => running.close()]))
  }
  try {
    for (const capability of inOrder(list)) {
      const given = {
        ...pick(capability.needs, name => provided.get(name)),
        ...pick(capability.wants, name => provided.get(name) ?? null),
      }
      const running: AnyRunning<Parts> = await capability.start(kernel, given)
      started.push({ capability, running })
      for (const [key, { name }] of Object.entries(capability.provides ?? {}))
        provided.set(name, running.provides?.[key])
    }
    for (const { running } of started) {
      await running.begin?.()
      await begun?.(running)
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
  const running = started.map(each => each.running)
  const names = started.map(({ capability }) => capability.contract.name)
  return {
    names,
    running,
    operations: joinOperations(operations, running),
    metrics: () => running.flatMap(each => each.metrics?.() ?? []),
    health: () => running.flatMap(each => each.health?.() ?? []),
    service<T>({ name }: Service<T>): T {
      if (!provided.has(name)) throw new AbsentCapability(`The service ${name}`)
      return provided.get(name) as T
    },
    want: <T>({ name }: Service<T>) => (provided.get(name) ?? null) as T | null,
    close,
  }
}

/**
 * Sorts the list so that each follows its needs and wants. Throws for a missing need and for a
 * cycle.
 */
// biome-ignore lint/suspicious/noExplicitAny: capabilities of any program.
export function inOrder<Each extends AnyCapability<any, any>>(list: readonly Each[]): Each[] {
  const providers = new Map<string, Each>()
  for (const capability of list)
    for (const { name } of Object.values(capability.provides ?? {})) {
      if (providers.has(name)) throw new Error(`two capabilities provide the service ${name}`)
      providers.set(name, capability)
    }
  const ordered: Each[] = []
  const visit = (capability: Each, path: readonly Each[]) => {
    if (ordered.includes(capability)) return
    if (path.includes(capability))
      throw new Error(
        `these capabilities need each other: ${[...path, capability].map(each => each.contract.name).join(' → ')}`,
      )
    const { needs = {}, wants = {} } = capability
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

function joinOperations(
  names: readonly string[],
  running: readonly AnyRunning<RunningParts>[],
): AnyOperations {
  const absent = names.map(name => [
    name,
    async () => {
      throw new AbsentCapability(`The operation ${name}`)
    },
  ])
  return Object.assign(Object.fromEntries(absent), ...running.map(each => each.operations))
}

function pick(services: Services | undefined, find: (name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(services ?? {}).map(([key, { name }]) => [key, find(name)]))
}
