import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { abortable } from '../base/abort.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import type { IpFamily } from './datagram.ts'
import type { ResolvedAddress, ResolveHost } from './resolve.ts'

/**
 * Maximum number of concurrent lookups. The system's resolver blocks one of the few worker threads
 * of the process while a name server is silent, and the disk needs the same threads.
 */
const PARALLEL_LOOKUPS = 2
/** Lifetime of a cached answer. The system does not reveal the lifetime of the record. */
const KEEP_MS = 5 * 60_000
const KEEP_FAILURE_MS = 30_000
const MAX_KEPT = 1000

interface Entry {
  readonly promise: Promise<ResolvedAddress[]>
  untilMs: number
}

const cache = new Map<string, Entry>()
const waiting: { start(): void; refuse(reason: Error): void }[] = []
let running = 0

/** Resolves through the system, including its hosts file, with a short cache. */
export const resolveHost: ResolveHost = async (host, options = {}) => {
  const { signal } = options
  signal?.throwIfAborted()
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  const family = isIP(name)
  if (family !== 0) return [{ host: name, family: family as IpFamily }]
  const kept = cache.get(name)
  const entry = kept && kept.untilMs > performance.now() ? kept : remember(name)
  return signal ? abortable(entry.promise, signal) : entry.promise
}

function remember(name: string): Entry {
  if (cache.size >= MAX_KEPT) cache.delete(cache.keys().next().value!)
  cache.delete(name)
  const entry: Entry = { promise: ask(name), untilMs: Infinity }
  cache.set(name, entry)
  entry.promise.then(
    () => {
      entry.untilMs = performance.now() + KEEP_MS
    },
    () => {
      entry.untilMs = performance.now() + KEEP_FAILURE_MS
    },
  )
  return entry
}

/**
 * Rejects pending lookups that have not started, and forgets all answers: the route to the network
 * changes.
 */
export function dropLookups(): void {
  for (const { refuse } of waiting.splice(0))
    refuse(new ShoalError('closed', 'the way to the network has changed'))
  cache.clear()
}

async function ask(name: string): Promise<ResolvedAddress[]> {
  if (running >= PARALLEL_LOOKUPS) await new Promise<void>((start, refuse) => waiting.push({ start, refuse }))
  else running++
  try {
    const found = await lookup(name, { all: true })
    return found.map(({ address, family }) => ({ host: address.toLowerCase(), family: family as IpFamily }))
  } catch (error) {
    const why = `cannot find the host ${name}: check its spelling and this machine's network (${messageOf(error)})`
    throw new ShoalError('unreachable', why, { cause: error })
  } finally {
    // Passes its slot to the next waiter, so `running` does not change.
    const next = waiting.shift()
    if (next) next.start()
    else running--
  }
}
