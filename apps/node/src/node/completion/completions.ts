import type { NodeOperations, Settings, TorrentDetail } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { Clock } from '@shoal/torrent'
import { abortable } from '@shoal/torrent/base'
import type { Log } from '../kernel/log/log.ts'
import { hookArguments, hookEnvironment } from './hook-arguments.ts'
import { runHook } from './run-hook.ts'

const MAX_RUNNING = 2

export interface CompletionsDeps {
  readonly clock: Clock
  readonly log: Log
  readonly operations: Pick<NodeOperations, 'getTorrent' | 'moveTorrent' | 'listLabels'>
  /** Resolves when a job has ended, in any state. */
  whenEnded(job: string): Promise<unknown>
  settings(): Settings
  /** Full path of the torrent's file or folder: see content-path.ts. */
  contentPath(torrentId: string): string | Promise<string>
  /**
   * Records that a torrent's completion was handled. Returns false if it already was, in this run
   * or an earlier one. Called after the move and before the hook.
   */
  claim(torrentId: string): boolean | Promise<boolean>
}

/** When a download completes, moves its files and runs a program. */
export class Completions {
  readonly #deps: CompletionsDeps
  readonly #stop = new AbortController()
  readonly #works = new Map<string, Promise<void>>()
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(deps: CompletionsDeps) {
    this.#deps = deps
  }

  /** Handles a completion; repeated calls are harmless. */
  completed(torrentId: string): void {
    if (this.#stop.signal.aborted || this.#works.has(torrentId)) return
    const work = this.#complete(torrentId)
      .catch(error => this.#failed(torrentId, error))
      .finally(() => this.#works.delete(torrentId))
    this.#works.set(torrentId, work)
  }

  /** Resolves when all running actions have ended. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works.values())
  }

  /** Stops the running programs. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the node is stopping'))
    for (const wake of this.#waiting.splice(0)) wake()
    await this.settled()
  }

  async #complete(id: string): Promise<void> {
    const { operations, claim, settings } = this.#deps
    await this.#move(await operations.getTorrent({ id }))
    this.#stop.signal.throwIfAborted()
    if (!(await claim(id)) || settings().automation.onComplete.length === 0) return
    await this.#inTurn(async () => this.#hook(await operations.getTorrent({ id })))
  }

  /** A failed move is logged, and the program still runs. */
  async #move({ id, name, label, directory }: TorrentDetail): Promise<void> {
    const { operations, settings, log } = this.#deps
    const { completeDirectory } = settings().downloads
    if (completeDirectory === null || completeDirectory === directory) return
    try {
      const { items } = await operations.listLabels({})
      if (items.some(each => each.name === label && each.directory !== null)) return
      // The move job logs its own result.
      const job = await operations.moveTorrent({ id, directory: completeDirectory })
      await abortable(this.#deps.whenEnded(job.id), this.#stop.signal)
    } catch (error) {
      this.#stop.signal.throwIfAborted()
      log.warn(`${name} could not be moved to ${completeDirectory}: ${describeFailure(error).message}`, {
        torrent: id,
      })
    }
  }

  async #hook({ id, name, directory, label, totalBytes }: TorrentDetail): Promise<void> {
    const { settings, log, clock } = this.#deps
    const { signal } = this.#stop
    const about = { torrent: id }
    const path = await this.#deps.contentPath(id)
    const torrent = { id, name, directory, path, label: label ?? '', bytes: totalBytes ?? 0 }
    const command = hookArguments(settings().automation.onComplete, torrent)
    log.info(`${name}: running ${command[0]}`, about)
    const result = await runHook(command, hookEnvironment(torrent), { clock, signal })
    const said = result.output === '' ? '' : `: ${result.output}`
    if (result.code === 0) return log.info(`${name}: ${command[0]} finished${said}`, about)
    const why = result.timedOut
      ? 'was stopped after ten minutes'
      : result.code === null
        ? `was killed by ${result.signal}`
        : `failed with exit code ${result.code}`
    log.warn(`${name}: ${command[0]} ${why}${said}`, about)
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    while (this.#running >= MAX_RUNNING && !this.#stop.signal.aborted)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#stop.signal.throwIfAborted()
    this.#running++
    try {
      await work()
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  #failed(id: string, error: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#deps.log.error(`the actions after a download failed: ${describeFailure(error).message}`, {
      torrent: id,
    })
  }
}
