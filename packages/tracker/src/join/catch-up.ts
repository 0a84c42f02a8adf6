import type { Member } from './members.ts'

/** Time for other processes to announce themselves. */
const HELLO_MS = 500
/** Maximum wait for the next part of the swarms; then another process is queried. */
const PART_MS = 5000
const MAX_ATTEMPTS = 3

export interface CatchUpOptions {
  /** The processes that can be queried; none if none can be reached. */
  readonly members: () => readonly Member[]
  readonly ask: (member: Member, withinSeconds: number) => void
  /** Called when it has the swarms, or when no process provides them. */
  readonly done: () => void
}

/**
 * Requests the swarms from other processes, one after another, starting with the longest-running
 * one, which knows most.
 */
export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #asked = new Set<string>()
  #source = ''
  #withinSeconds = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** Requests the peers heard of within this time. */
  start(withinSeconds: number): void {
    this.#withinSeconds = this.#source === '' ? withinSeconds : Math.max(withinSeconds, this.#withinSeconds)
    this.#source = ''
    this.#asked.clear()
    this.#wait(HELLO_MS)
  }

  /** A part has arrived. */
  part(instance: string): void {
    if (instance === this.#source) this.#wait(PART_MS)
  }

  /** All parts have arrived. */
  end(instance: string): void {
    if (instance === this.#source) this.stop()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#source = ''
    this.#options.done()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ask(), ms).unref()
  }

  #ask(): void {
    const [source] = this.#options
      .members()
      .filter(({ isReady, instance }) => isReady && !this.#asked.has(instance))
      .sort((a, b) => b.uptimeSeconds - a.uptimeSeconds)
    if (!source || this.#asked.size >= MAX_ATTEMPTS) return this.stop()
    this.#asked.add(source.instance)
    this.#source = source.instance
    this.#options.ask(source, this.#withinSeconds)
    this.#wait(PART_MS)
  }
}
