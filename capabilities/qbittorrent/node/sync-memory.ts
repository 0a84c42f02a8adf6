import { randomInt } from 'node:crypto'

/** Sends clients only the changes since the answer that they name (`rid`). */

/** Values, objects by key, or plain lists of strings. */
export type SyncData = Readonly<Record<string, unknown>>

type Table = Readonly<Record<string, unknown>>

/**
 * Maximum number of clients' memories; the least recently used is dropped first, since each holds
 * the complete list. A client without one receives everything.
 */
export class SyncMemories {
  readonly #most: number
  readonly #kept = new Map<string, SyncMemory>()

  constructor(most: number) {
    this.#most = most
  }

  of(client: string, what: string): SyncMemory {
    const key = `${client} ${what}`
    const memory = this.#kept.get(key) ?? new SyncMemory()
    this.#kept.delete(key)
    this.#kept.set(key, memory)
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value!)
    return memory
  }

  /** Forgets a client that has logged out. */
  forget(client: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${client} `)) this.#kept.delete(key)
  }
}

export class SyncMemory {
  #rid: number
  #last: SyncData = {}

  /**
   * `before`: the number before the first. It is random, so that a lost memory is not mistaken for
   * its successor.
   */
  constructor(before = randomInt(1_000_000_000)) {
    this.#rid = before
  }

  /**
   * Returns all of `data`, or the changes since the answer `rid`. Removals from tables and lists
   * named in `parts` are in `…_removed`. Answer numbers are never reused, so that a client that
   * missed one gets everything.
   */
  answer(rid: number, data: SyncData, parts: readonly string[]): SyncData {
    const isNext = rid > 0 && rid === this.#rid
    const answer = isNext ? difference(this.#last, data, parts) : { ...data, full_update: true }
    this.#rid++
    this.#last = data
    return { ...answer, rid: this.#rid }
  }
}

function difference(before: SyncData, now: SyncData, parts: readonly string[]): SyncData {
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(now)) {
    if (!parts.includes(name)) {
      const change = diff(before[name], value)
      if (change !== undefined) changed[name] = change
    } else if (Array.isArray(value))
      addList(changed, name, (before[name] ?? []) as string[], value as string[])
    else addTable(changed, name, (before[name] ?? {}) as Table, value as Table)
  }
  return changed
}

function addList(changed: Record<string, unknown>, name: string, before: string[], now: string[]): void {
  const added = now.filter(item => !before.includes(item))
  const removed = before.filter(item => !now.includes(item))
  if (added.length > 0) changed[name] = added
  if (removed.length > 0) changed[`${name}_removed`] = removed
}

function addTable(changed: Record<string, unknown>, name: string, before: Table, now: Table): void {
  const rows: Record<string, unknown> = {}
  for (const [key, row] of Object.entries(now)) {
    const change = Object.hasOwn(before, key) ? diff(before[key], row) : row
    if (change !== undefined) rows[key] = change
  }
  const removed = Object.keys(before).filter(key => !Object.hasOwn(now, key))
  if (Object.keys(rows).length > 0) changed[name] = rows
  if (removed.length > 0) changed[`${name}_removed`] = removed
}

/**
 * Returns the members of objects that differ, or a value that differs; undefined if nothing does.
 */
function diff(before: unknown, now: unknown): unknown {
  if (before === now) return undefined
  if (!isObject(before) || !isObject(now))
    return JSON.stringify(before) === JSON.stringify(now) ? undefined : now
  const members = Object.entries(now).filter(
    ([name, value]) => value !== before[name] && JSON.stringify(value) !== JSON.stringify(before[name]),
  )
  return members.length > 0 ? Object.fromEntries(members) : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
