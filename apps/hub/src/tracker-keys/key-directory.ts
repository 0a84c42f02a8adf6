/**
 * Cache of the accounts of passkeys in one process. Announces read it, so it answers from memory:
 * passkeys are looked up on first use, in batches, and all known ones are looked up again every ten
 * seconds. So a passkey that was replaced, or whose account was banned or removed, is refused in
 * all processes within that time.
 */
import type { TrackerKeys } from '@shoal/hub-stores'
import type { Announce, PasskeyAccounts } from '@shoal/tracker'

const TICK_MS = 1000
/** Age after which passkeys are looked up again, the oldest first, and the most per tick. */
const [FRESH_MS, MAX_LOOKUPS] = [10_000, 1000] as const
/** Idle time after which passkeys are forgotten. */
const UNUSED_MS = 2 * 3_600_000
const MAX_KNOWN = 100_000
/** Unknown passkeys are cached, too, so that they put no load on the database. */
const [MAX_WRONG, WRONG_MS] = [10_000, 10_000] as const
/** Most passkeys queued for lookup. */
const MAX_WAITING = 2000

export interface KeyDirectoryOptions {
  readonly store: Pick<TrackerKeys, 'find'>
  /** Counts an announce of an account. */
  readonly count: (did: string, announce: Announce) => void
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number
  /** Called if the database fails. Cached entries stay. */
  readonly onError: (error: unknown) => void
}

interface Known {
  readonly did: string
  usedMs: number
  readonly checkedMs: number
}

interface Waiting {
  readonly done: Promise<void>
  readonly resolve: () => void
}

export class KeyDirectory implements PasskeyAccounts {
  readonly #options: KeyDirectoryOptions
  /** By passkey, the least recently checked first. */
  readonly #known = new Map<string, Known>()
  /** Expiry time by passkey. */
  readonly #wrong = new Map<string, number>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #ticker: NodeJS.Timeout
  #isLookingUp = false
  #isChecking = false

  constructor(options: KeyDirectoryOptions) {
    this.#options = options
    this.#ticker = setInterval(() => void this.refresh(), TICK_MS).unref()
  }

  get size(): number {
    return this.#known.size
  }

  find(passkey: string): string | null | undefined {
    const nowMs = this.#options.nowMs()
    const known = this.#known.get(passkey)
    if (known) {
      known.usedMs = nowMs
      return known.did
    }
    return (this.#wrong.get(passkey) ?? nowMs) > nowMs ? null : undefined
  }

  lookUp(passkey: string): Promise<void> {
    const waits = this.#waiting.get(passkey)
    if (waits) return waits.done
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(passkey, { done: promise, resolve })
    // Lookups of the same turn share a query.
    setImmediate(() => void this.#lookUpAll())
    return promise
  }

  count(did: string, announce: Announce): void {
    this.#options.count(did, announce)
  }

  /** Forgets the replaced passkey of an account. */
  forget(did: string): void {
    for (const [passkey, known] of this.#known) if (known.did === did) this.#known.delete(passkey)
  }

  /** Looks up old entries again. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    const nowMs = this.#options.nowMs()
    const due: [passkey: string, usedMs: number][] = []
    for (const [passkey, { usedMs, checkedMs }] of this.#known) {
      if (checkedMs > nowMs - FRESH_MS || due.length === MAX_LOOKUPS) break
      if (usedMs < nowMs - UNUSED_MS) this.#known.delete(passkey)
      else due.push([passkey, usedMs])
    }
    if (due.length > 0) await this.#check(due.map(([passkey]) => passkey))
    this.#isChecking = false
  }

  close(): void {
    clearInterval(this.#ticker)
    for (const { resolve } of this.#waiting.values()) resolve()
    this.#waiting.clear()
  }

  async #lookUpAll(): Promise<void> {
    if (this.#isLookingUp) return
    this.#isLookingUp = true
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, MAX_LOOKUPS)
      await this.#check(batch.map(([passkey]) => passkey))
      for (const [passkey, { resolve }] of batch) {
        this.#waiting.delete(passkey)
        resolve()
      }
    }
    this.#isLookingUp = false
  }

  async #check(passkeys: readonly string[]): Promise<void> {
    try {
      const found = await this.#options.store.find(passkeys)
      for (const passkey of passkeys) this.#note(passkey, found.get(passkey))
    } catch (error) {
      this.#options.onError(error)
    }
  }

  #note(passkey: string, did: string | undefined): void {
    const nowMs = this.#options.nowMs()
    const usedMs = this.#known.get(passkey)?.usedMs ?? nowMs
    this.#known.delete(passkey)
    this.#wrong.delete(passkey)
    if (did !== undefined) this.#known.set(passkey, { did, usedMs, checkedMs: nowMs })
    else this.#wrong.set(passkey, nowMs + WRONG_MS)
    for (const [map, most] of [
      [this.#known, MAX_KNOWN],
      [this.#wrong, MAX_WRONG],
    ] as const)
      if (map.size > most) map.delete(map.keys().next().value!)
  }
}
