import type { Member } from './members.ts'

/** Other processes have this long to say that they are there. */
const HELLO_MS = 500
/** Longest wait for the next part of the swarms; then another process is asked. */
const PART_MS = 5000
const MAX_ATTEMPTS = 3

export interface CatchUpOptions {
  /** The processes that can be asked; none if nobody can be reached. */
  readonly members: () => readonly Member[]
  readonly ask: (member: Member, withinSeconds: number) => void
  /** Called when it has the swarms, or nobody gives them. */
  readonly done: () => void
}

/** Asks other processes for the swarms, one after the other, first the one that runs longest, since it knows most. */
export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #asked = new Set<string>()
  #source = ''
  #withinSeconds = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** Asks for what was heard of within this time. */
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
