/** The runs of a node in one process: a restart closes one and then opens the next. */

import { errorsIn } from '@shoal/daemon/capability'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { Clock } from '@shoal/torrent'
import type { Log } from './kernel/log/log.ts'

/** A node and its server, from one restart to the next. */
export interface Run {
  /**
   * Closes everything except the server, which still has to send responses. Afterwards, nothing
   * uses the network.
   */
  leave(): Promise<void>
  /** Closes everything that `leave` has left open, once responses are sent. */
  close(): Promise<void>
}

/** Milliseconds between attempts to open the next run. */
const RETRY_MS = 2000
/** Number of attempts after which it is certain that this process keeps a resource in use. */
const MAX_IN_USE = 10

export interface RunsOptions {
  readonly log: Log
  readonly clock: Clock
  /** Called if no further run can open in this process; a new process could succeed. */
  readonly onFailed: (error: unknown) => void
}

export class Runs<Each extends Run> {
  readonly #open: () => Promise<Each>
  readonly #log: Log
  readonly #clock: Clock
  readonly #onFailed: (error: unknown) => void
  readonly #closing = Promise.withResolvers<void>()
  #isClosing = false
  #current: Each | null = null
  #leaving: Promise<void> | null = null
  #opening: Promise<void> = Promise.resolve()

  constructor(open: () => Promise<Each>, { log, clock, onFailed }: RunsOptions) {
    this.#open = open
    this.#log = log
    this.#clock = clock
    this.#onFailed = onFailed
  }

  /** Opens the first run. Rejects with its error. */
  async start(): Promise<Each> {
    const run = await this.#open()
    this.#current = run
    return run
  }

  /**
   * Resolves when the current run has left the network; the next one then opens. Rejects with
   * `closed` when the node stops.
   */
  restart(): Promise<void> {
    this.#leaving ??= this.#leave().finally(() => {
      this.#leaving = null
    })
    return this.#leaving
  }

  /** Closes the current run, after any restart in progress. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#closing.resolve()
    await this.#leaving?.catch(() => {})
    await this.#opening
    const run = this.#current
    this.#current = null
    await run?.close()
  }

  async #leave(): Promise<void> {
    // Requests can arrive before a run has fully opened.
    await this.#opening
    const run = this.#current
    if (this.#isClosing || !run) throw new Failure('closed', 'the node is stopping')
    this.#log.info('the node restarts')
    // A part that cannot be closed must not end a node that runs unattended.
    const told = new Set<unknown>()
    const tell = (error: unknown) => {
      for (const each of errorsIn(error)) {
        // `close` rejects again with the errors of `leave`.
        if (!told.has(each))
          this.#log.error(`a part of the node could not be closed for the restart: ${stackOf(each)}`)
        told.add(each)
      }
    }
    await run.leave().catch(tell)
    this.#opening = this.#replace(run, tell)
  }

  async #replace(run: Each, tell: (error: unknown) => void): Promise<void> {
    await run.close().catch(tell)
    this.#current = null
    let inUse = 0
    while (!this.#isClosing && !this.#current)
      try {
        this.#current = await this.#open()
        this.#log.info('the node has restarted')
      } catch (error) {
        const { code, message } = describeFailure(error)
        inUse = code === 'in-use' ? inUse + 1 : 0
        if (inUse === MAX_IN_USE) {
          this.#log.error(`the node cannot start again, and ends: ${message}`)
          this.#onFailed(error)
          break
        }
        // There may be no one near the machine to start it by hand.
        this.#log.error(`the node cannot start again, and tries once more: ${message}`)
        await Promise.race([
          this.#closing.promise,
          new Promise<void>(done => this.#clock.after(RETRY_MS, done)),
        ])
      }
    this.#leaving = null
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
