import { type FSWatcher, type Stats, watch } from 'node:fs'
import { link, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { NodeOperations, WatchedFolder as Rule } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { Log } from '@shoal/node/node/kernel/log/log.ts'
import type { Problems } from '@shoal/node/node/kernel/problems.ts'
import { type Clock, delay } from '@shoal/torrent'
import { isCandidate, readCandidate, refusedName } from './read-candidate.ts'

/** Maximum interval between scans: not all file systems report changes. */
const LOOK_MS = 15_000
/** A readable file that did not change between two scans this far apart counts as complete. */
const SETTLE_MS = 1000
/**
 * A file that cannot become a torrent, and does not change for this long, is invalid. Other files
 * are given more time.
 */
const BAD_MS = 10_000
/** Delay after a fault that was not caused by the file, such as a full disk. */
const RETRY_MS = 60_000
/** A folder with more names than this is not meant to be watched. */
const MAX_NAMES = 10_000
const MAX_NUMBER = 1000
/** Minimum age of a file before it is refused and renamed. */
const RENAMED_MS = 1000

/** Errors of the file itself: a retry does not help. */
const BAD_CODES = new Set([
  'bad-torrent',
  'bad-bencode',
  'bad-magnet',
  'bad-info-hash',
  'bad-argument',
  'bad-request',
  'unsafe-path',
])

export interface WatchDeps {
  readonly clock: Clock
  readonly log: Log
  /** Publishes what is wrong with a folder. */
  readonly problems: Pick<Problems, 'set'>
  readonly operations: Pick<NodeOperations, 'addTorrent'>
}

interface Seen {
  readonly stamp: string
  /** When the file was first seen in this state. */
  readonly sinceMs: number
  /** Not examined before. */
  notBeforeMs: number
}

/** A watched folder: adds every .torrent and .magnet file in it, and then renames or deletes it. */
export class WatchedFolder {
  readonly #rule: Rule
  readonly #deps: WatchDeps
  readonly #stop = new AbortController()
  readonly #seen = new Map<string, Seen>()
  /** The stamps of refused files: a changed one is examined again. */
  readonly #refused = new Map<string, string>()
  /** The reasons for files refused in this run. */
  readonly #whys = new Map<string, string>()
  #running: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}
  #watcher: FSWatcher | null = null
  #isMissing = false
  #hasLooked = false

  constructor(rule: Rule, deps: WatchDeps) {
    this.#rule = rule
    this.#deps = deps
  }

  start(): void {
    this.#running = this.#run().catch(() => {})
  }

  /** Resolves when everything has stopped. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#unwatch()
    await this.#running
    this.#deps.problems.set(`watch folder ${this.#rule.directory}`, null)
  }

  async #run(): Promise<void> {
    const { clock } = this.#deps
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#watch()
      const nextMs = await this.#look().catch(error => {
        this.#deps.log.error(`the watch folder ${this.#rule.directory}: ${describeFailure(error).message}`)
        return LOOK_MS
      })
      const waiting = new AbortController()
      this.#wake = () => waiting.abort()
      await delay(clock, nextMs, AbortSignal.any([signal, waiting.signal])).catch(() => {})
      // Changes come in bursts.
      if (waiting.signal.aborted) await delay(clock, SETTLE_MS / 4, signal)
    }
  }

  /** Processes all files that are ready. Resolves with the time until the next scan. */
  async #look(): Promise<number> {
    const { directory } = this.#rule
    const names = await readdir(directory).catch(() => null)
    if (names === null) return this.#missing()
    if (this.#isMissing) this.#deps.log.info(`the watch folder ${directory} is available again`)
    this.#isMissing = false
    const some = names.slice(0, MAX_NAMES)
    const refused = new Set(some.filter(name => refusedName(name) !== null))
    const candidates = some.filter(name => isCandidate(name) || refused.has(name))
    for (const name of this.#seen.keys()) if (!candidates.includes(name)) this.#seen.delete(name)
    for (const known of [this.#refused, this.#whys])
      for (const name of known.keys()) if (!refused.has(name)) known.delete(name)
    let nextMs = LOOK_MS
    for (const name of candidates) {
      if (this.#stop.signal.aborted) break
      nextMs = Math.min(nextMs, await this.#consider(name))
    }
    this.#hasLooked = true
    this.#tell()
    return nextMs
  }

  /** Publishes the error of the first refused file, until it is deleted or valid. */
  #tell(): void {
    const [first] = this.#whys
    const { directory } = this.#rule
    const problem = this.#isMissing
      ? `the watch folder ${directory} cannot be read: retrying regularly`
      : first
        ? `${join(directory, first[0])} cannot be added: ${first[1]}. Remove it, or put a right one in its place`
        : null
    this.#deps.problems.set(`watch folder ${directory}`, problem)
  }

  #missing(): number {
    this.#unwatch()
    if (!this.#isMissing)
      this.#deps.log.warn(`the watch folder ${this.#rule.directory} cannot be read: retrying regularly`)
    this.#isMissing = true
    this.#tell()
    return LOOK_MS
  }

  /** Returns the milliseconds until the file should be examined again. */
  async #consider(name: string): Promise<number> {
    const path = join(this.#rule.directory, name)
    const stats = await stat(path).catch(() => null)
    if (!stats?.isFile()) return LOOK_MS
    const nowMs = this.#deps.clock.nowMs()
    const stamp = stampOf(stats)
    if (refusedName(name) !== null) {
      const before = this.#refused.get(name) ?? (!this.#hasLooked && isRewritten(stats) ? '' : stamp)
      this.#refused.set(name, before)
      if (before === stamp) return LOOK_MS
    }
    let seen = this.#seen.get(name)
    if (seen?.stamp !== stamp) {
      seen = { stamp, sinceMs: nowMs, notBeforeMs: nowMs + SETTLE_MS }
      this.#seen.set(name, seen)
    }
    if (nowMs < seen.notBeforeMs) return seen.notBeforeMs - nowMs
    const againMs = await this.#take(name, path, nowMs - seen.sinceMs)
    seen.notBeforeMs = nowMs + againMs
    return againMs
  }

  async #take(name: string, path: string, quietMs: number): Promise<number> {
    const { label, paused } = this.#rule
    const { operations, log } = this.#deps
    try {
      const candidate = await readCandidate(path, refusedName(name) ?? name)
      // It is examined again once it has changed.
      if (candidate.kind === 'begun') return Number.POSITIVE_INFINITY
      if (candidate.kind === 'bad') {
        if (quietMs < BAD_MS) return SETTLE_MS
        return await this.#refuse(name, candidate.why)
      }
      const { kind, ...source } = candidate
      const { added } = await operations.addTorrent(
        { ...source, ...(label !== null && { label }), ...(paused && { paused }) },
        { signal: this.#stop.signal },
      )
      log.info(`${path}: ${added ? 'was added' : 'is already in the list'}`)
      await this.#settle(name, '.added', this.#rule.action === 'delete')
      return Number.POSITIVE_INFINITY
    } catch (error) {
      if (this.#stop.signal.aborted) return 0
      const { code, message } = describeFailure(error)
      if (BAD_CODES.has(code)) return await this.#refuse(name, message)
      log.warn(`${path} could not be added: ${message}: retrying in a minute`)
      return RETRY_MS
    }
  }

  async #refuse(name: string, why: string): Promise<number> {
    const path = join(this.#rule.directory, name)
    if (refusedName(name) === null) {
      this.#deps.log.warn(`${path} cannot be added and is renamed to .invalid: ${why}`)
      const stats = await stat(path).catch(() => null)
      const renamed = await this.#settle(name, '.invalid', false)
      if (renamed && stats) this.#refused.set(renamed, stampOf(stats))
      if (renamed) this.#whys.set(basename(renamed), why)
    } else {
      this.#whys.set(name, why)
      this.#deps.log.warn(`${path} still cannot be added: ${why}`)
    }
    return Number.POSITIVE_INFINITY
  }

  /**
   * Renames or deletes the file. Logs a failure: the file then stays, and is not added again until
   * it changes. Resolves with its new name, or null.
   */
  async #settle(name: string, ending: string, remove: boolean): Promise<string | null> {
    const { directory } = this.#rule
    const path = join(directory, name)
    try {
      if (remove) await rm(path, { force: true })
      else return await renameFree(path, join(directory, refusedName(name) ?? name), ending)
    } catch (error) {
      this.#deps.log.warn(
        `${path} could not be ${remove ? 'deleted' : 'renamed'}: ${describeFailure(error).message}`,
      )
    }
    return null
  }

  #watch(): void {
    if (this.#watcher) return
    try {
      const watcher = watch(this.#rule.directory, () => this.#wake())
      // The folder itself was removed: the next scan creates a new watcher.
      watcher.on('error', () => this.#unwatch())
      this.#watcher = watcher
    } catch {
      // The folder is scanned regularly anyway.
    }
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = null
  }
}

/**
 * Returns whether a refused file was written to after its renaming, which only changes `ctime`.
 * Needed because refused files are not remembered across runs.
 */
function isRewritten({ mtimeMs, ctimeMs }: Stats): boolean {
  return ctimeMs - mtimeMs < RENAMED_MS
}

function stampOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`
}

/**
 * Renames a file to `to` with the extension, and a number if that name is taken. Resolves with the
 * new name.
 */
async function renameFree(path: string, to: string, ending: string): Promise<string> {
  for (let number = 1; number <= MAX_NUMBER; number++) {
    const target = number === 1 ? `${to}${ending}` : `${to}.${number}${ending}`
    try {
      await link(path, target)
      await unlink(path)
      return basename(target)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
      // The file system does not support links.
      if (await stat(target).catch(() => null)) continue
      await rename(path, target)
      return basename(target)
    }
  }
  throw new Error(`there are more than ${MAX_NUMBER} files of that name`)
}
