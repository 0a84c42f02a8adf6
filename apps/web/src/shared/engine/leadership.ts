import {
  CHANNEL_NAME,
  type EngineConfig,
  LEADER_LOCK,
  type PageFrame,
  type StartMessage,
  type WorkerFrame,
} from './protocol.ts'
import { lendRtc } from './rtc-lender.ts'
import { serveLibp2p } from './serve-libp2p.ts'

export interface LeadershipEvents {
  onFrame(frame: WorkerFrame): void
  /** Called if the worker of this tab could not be loaded. */
  onFailure(): void
}

/**
 * Elects the tab of the site that runs the engine's worker: the holder of a lock, which the browser
 * passes to the next tab when the holder disappears for any reason. Without locks, as on insecure
 * pages or those that cannot store anything, each tab runs its own engine in memory.
 */
export class Leadership {
  readonly #config: EngineConfig
  readonly #events: LeadershipEvents
  /** Identifies this page. */
  readonly #page = randomName()
  readonly #channel: BroadcastChannel | null
  readonly #closing = new AbortController()
  #port: MessagePort | null = null
  #end: (() => void) | null = null
  #hangUp: (() => void) | null = null
  #leading: Promise<unknown> = Promise.resolve()

  constructor(config: EngineConfig, events: LeadershipEvents) {
    this.#config = config
    this.#events = events
    const { locks } = navigator
    const alone = config.memory === true || !locks
    this.#channel = alone ? null : new BroadcastChannel(CHANNEL_NAME)
    if (alone) this.#lead({ ...config, memory: true })
    else this.#follow(locks)
    addEventListener('pagehide', this.#onHide)
    addEventListener('beforeunload', this.#onLeaving)
    addEventListener('visibilitychange', this.#onLeaving)
  }

  get isLeader(): boolean {
    return this.#port !== null
  }

  /** Sends a frame to the leader; `from` is filled in. */
  post(frame: PageFrame): void {
    const named = { ...frame, from: this.#page }
    if (this.#port) this.#port.postMessage(named)
    else this.#channel?.postMessage(named)
  }

  async close(): Promise<void> {
    removeEventListener('pagehide', this.#onHide)
    removeEventListener('beforeunload', this.#onLeaving)
    removeEventListener('visibilitychange', this.#onLeaving)
    this.post({ kind: 'bye', from: '' })
    this.#closing.abort()
    this.#end?.()
    this.#channel?.close()
    await this.#leading
  }

  #follow(locks: LockManager): void {
    this.#channel!.onmessage = ({ data }: MessageEvent<WorkerFrame | PageFrame>) => {
      if (this.#port || 'from' in data) return
      if (!('to' in data) || data.to === this.#page) this.#events.onFrame(data)
    }
    this.post({ kind: 'hello', from: '' })
    const { signal } = this.#closing
    this.#leading = locks
      .request(LEADER_LOCK, { signal }, () => this.#lead(this.#config))
      // Sites that cannot store anything do not get locks.
      .catch(() => (signal.aborted ? undefined : this.#lead({ ...this.#config, memory: true })))
  }

  /** Resolves when this tab is not the leader any longer. */
  #lead(config: EngineConfig): Promise<void> {
    const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), {
      type: 'module',
      name: 'shoal-engine',
    })
    const frames = new MessageChannel()
    const rtc = new MessageChannel()
    this.#hangUp = lendRtc(rtc.port1, port => void serveLibp2p(port))
    this.#port = frames.port1
    let isLoaded = false
    frames.port1.onmessage = ({ data }: MessageEvent<WorkerFrame>) => {
      isLoaded = true
      if (!('to' in data) || data.to === this.#page) this.#events.onFrame(data)
    }
    const onOnline = () => this.post({ kind: 'online', from: '' })
    addEventListener('online', onOnline)
    const start: StartMessage = { config, frames: frames.port2, rtc: rtc.port2 }
    worker.postMessage(start, [frames.port2, rtc.port2])
    return new Promise(resolve => {
      this.#end = () => {
        removeEventListener('online', onOnline)
        this.#hangUp?.()
        worker.terminate()
        this.#port = null
        resolve()
      }
      // Later errors are those of the engine, which continues.
      worker.onerror = () => {
        if (isLoaded) return
        this.#end?.()
        this.#events.onFailure()
      }
    })
  }

  /** Lets the worker store its state: there is no time for that after the page was closed. */
  readonly #onLeaving = () => {
    if (this.isLeader) this.post({ kind: 'leaving', from: '' })
  }

  readonly #onHide = ({ persisted }: PageTransitionEvent) => {
    // A page in the back-forward cache continues when the user returns.
    if (persisted) return
    this.post({ kind: 'bye', from: '' })
    // If this message is lost, the other tabs detect it after a timeout.
    this.#hangUp?.()
  }
}

/** `crypto.randomUUID` exists only in secure contexts. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map(number => number.toString(36)).join('')
}
