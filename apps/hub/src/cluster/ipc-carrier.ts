/**
 * Carries frames between the worker processes of one machine, over their channels to the parent
 * process.
 */
import type { Carrier, CarrierEvents } from '@shoal/tracker'

/** One end of a channel between two processes. Messages arrive in order. */
export interface Port {
  /** `done` is called when the message has been sent, or cannot be. */
  post(message: IpcMessage, done: () => void): void
  onMessage(listener: (message: unknown) => void): void
}

export type IpcMessage =
  /** `to`: the number of a process, or 0 for all others. */
  | { readonly to: number; readonly frame: Uint8Array }
  /** Whether the receiver has missed frames. */
  | { readonly missed: true }

/** Most bytes queued for a process that does not read them. */
const MAX_WAITING_BYTES = 8 << 20

export class IpcCarrier implements Carrier {
  readonly number: number
  readonly #port: Port
  readonly #outlet: Outlet
  #events: CarrierEvents | undefined

  constructor(number: number, port: Port) {
    this.number = number
    this.#port = port
    this.#outlet = new Outlet(port, () => this.#rejoin())
  }

  start(events: CarrierEvents): void {
    this.#events = events
    this.#port.onMessage(message => {
      const read = toIpcMessage(message)
      if (read && 'frame' in read) events.frame(read.frame)
      else if (read) this.#rejoin()
    })
    queueMicrotask(() => this.#events?.joined())
  }

  publish(frame: Uint8Array): void {
    this.#outlet.post({ to: 0, frame })
  }

  send(to: number, frame: Uint8Array): void {
    this.#outlet.post({ to, frame })
  }

  async close(): Promise<void> {
    this.#events = undefined
    await this.#outlet.close()
  }

  #rejoin(): void {
    this.#events?.left('Another process on this machine does not keep up')
    this.#events?.joined()
  }
}

/** Forwards the frames of each process to the others. */
export class IpcSwitch {
  readonly #outlets = new Map<number, Outlet>()

  /** Returns a function that removes the process. */
  add(number: number, port: Port): () => void {
    const outlet = new Outlet(port, () => outlet.post({ missed: true }))
    this.#outlets.set(number, outlet)
    port.onMessage(message => {
      const read = toIpcMessage(message)
      if (read && 'frame' in read) this.#pass(number, read.to, read)
    })
    return () => void this.#outlets.delete(number)
  }

  #pass(from: number, to: number, message: IpcMessage): void {
    if (to !== 0) this.#outlets.get(to)?.post(message)
    else for (const [number, outlet] of this.#outlets) if (number !== from) outlet.post(message)
  }
}

/** Sends messages until too many are queued, and then none until the queue has drained. */
class Outlet {
  readonly #port: Port
  readonly #onMissed: () => void
  #waitingBytes = 0
  #hasMissed = false
  #onEmpty: (() => void) | undefined

  /** `onMissed` is called when messages can be sent again after some were dropped. */
  constructor(port: Port, onMissed: () => void) {
    this.#port = port
    this.#onMissed = onMissed
  }

  post(message: IpcMessage): void {
    const bytes = 'frame' in message ? message.frame.length : 0
    if (this.#hasMissed || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#hasMissed = true
      return
    }
    this.#waitingBytes += bytes
    this.#port.post(message, () => this.#sent(bytes))
  }

  /** Resolves when everything has been sent. */
  close(): Promise<void> {
    return new Promise(resolve => {
      if (this.#waitingBytes === 0) resolve()
      else this.#onEmpty = resolve
    })
  }

  #sent(bytes: number): void {
    this.#waitingBytes -= bytes
    if (this.#waitingBytes > 0) return
    this.#onEmpty?.()
    if (!this.#hasMissed) return
    this.#hasMissed = false
    this.#onMissed()
  }
}

/** Returns null for other messages on the channel. */
function toIpcMessage(message: unknown): IpcMessage | null {
  const { to, frame, missed } = (message ?? {}) as { to?: unknown; frame?: unknown; missed?: unknown }
  if (missed === true) return { missed }
  return typeof to === 'number' && frame instanceof Uint8Array ? { to, frame } : null
}
