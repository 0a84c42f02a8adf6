import { type CommandTable, commandsFor } from './commands.ts'
import type { Engine } from './engine.ts'
import { toFailure } from './failure.ts'
import type { PageFrame, WorkerFrame } from './protocol.ts'
import { Readings } from './readings.ts'
import { Watchers } from './watchers.ts'

/**
 * A connection to pages: the port of the page that started the worker, or the channel of all
 * others.
 */
export interface Wire {
  post(frame: WorkerFrame, transfer: Transferable[]): void
  listen(onFrame: (frame: PageFrame) => void): void
}

const TIDY_MS = 10_000

/** Answers the commands of all pages. */
export class RpcServer {
  readonly #leader: string
  readonly #engine: Promise<Engine>
  readonly #readings = new Readings()
  #watchers: Watchers | null = null
  /** Commands by page. */
  readonly #commands = new Map<string, CommandTable>()

  /** `leader` identifies this worker. */
  constructor(leader: string, engine: Promise<Engine>) {
    this.#leader = leader
    this.#engine = engine
    setInterval(() => this.#readings.tick(), TIDY_MS)
  }

  serve(wire: Wire): void {
    wire.listen(frame => void this.#onFrame(wire, frame))
    wire.post({ kind: 'here', leader: this.#leader }, [])
  }

  async #onFrame(wire: Wire, frame: PageFrame): Promise<void> {
    const to = frame.from
    if (frame.kind === 'hello') return wire.post({ kind: 'here', to, leader: this.#leader }, [])
    if (frame.kind === 'bye') return this.#forget(to)
    if (frame.kind === 'online')
      return void this.#engine.then(engine => engine.networkChanged()).catch(() => {})
    if (frame.kind === 'leaving') return void this.#engine.then(engine => engine.record()).catch(() => {})
    const { call } = frame
    try {
      const table = this.#commandsOf(to, wire, await this.#engine)
      const run = table[frame.name] as (...args: readonly unknown[]) => unknown
      const value = await run(...frame.args)
      wire.post({ kind: 'result', to, call, value }, frame.name === 'read' ? findTransferables(value) : [])
    } catch (error) {
      wire.post({ kind: 'failure', to, call, failure: toFailure(error) }, [])
    }
  }

  #commandsOf(page: string, wire: Wire, engine: Engine): CommandTable {
    let table = this.#commands.get(page)
    if (!table) {
      this.#watchers ??= new Watchers(engine)
      table = commandsFor({
        engine,
        readings: this.#readings,
        watchers: this.#watchers,
        page,
        send: event => wire.post({ kind: 'event', to: page, event }, []),
      })
      this.#commands.set(page, table)
    }
    return table
  }

  #forget(page: string): void {
    this.#commands.delete(page)
    this.#watchers?.remove(page, null)
    this.#readings.endOf(page)
  }
}

/** Returns the buffers in a result, which are transferred to the page. */
function findTransferables(value: unknown): Transferable[] {
  return value instanceof Uint8Array ? [value.buffer] : []
}
