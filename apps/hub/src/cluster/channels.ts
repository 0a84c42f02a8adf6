/**
 * Named channels between the processes of a hub, multiplexed over one carrier. Frames are lost if
 * there is no carrier, no other process, or no connection.
 *
 * A frame: the length of the channel's name (1 byte), the name (ASCII), and the bytes.
 */
import { type Carrier, type CarrierEvents, MAX_FRAME_BYTES } from '@shoal/tracker'

export interface Channel {
  /** Number of this process: 1 to 65535. Two processes rarely share one. */
  readonly number: number
  /** Whether other processes can be reached. */
  readonly isJoined: boolean
  /** Sends bytes to all other processes. They must not be longer than `MAX_CHANNEL_BYTES`. */
  publish(bytes: Uint8Array): void
  /** Sends bytes to one other process. */
  send(to: number, bytes: Uint8Array): void
}

const MAX_NAME = 20
export const MAX_CHANNEL_BYTES = MAX_FRAME_BYTES - 1 - MAX_NAME
const NAME = new RegExp(`^[a-z-]{1,${MAX_NAME}}$`)

interface Open {
  readonly head: Uint8Array
  readonly events: CarrierEvents
}

export class Channels {
  readonly #carrier: Carrier | null
  readonly #open = new Map<string, Open>()
  #isJoined = false
  #isClosed = false
  /** Dropped frames: without a name, or for unknown channels. */
  dropped = 0

  /** Null if this is the only process. */
  constructor(carrier: Carrier | null) {
    this.#carrier = carrier
  }

  get isAlone(): boolean {
    return this.#carrier === null
  }

  /**
   * Opens a channel with a unique name (a to z and `-`, at most 20). `onFrame` receives bytes from
   * other processes; those of one process arrive in order. `onJoined` is called each time they
   * become reachable.
   */
  open(name: string, onFrame: (bytes: Uint8Array) => void, onJoined = () => {}): Channel {
    return this.#add(name, { joined: onJoined, left() {}, frame: onFrame })
  }

  /**
   * Returns a channel as a carrier, or null if this is the only process. Closing it has no effect.
   */
  carrier(name: string): Carrier | null {
    if (!this.#carrier) return null
    let channel: Channel | undefined
    return {
      number: this.#carrier.number,
      start: events => {
        channel = this.#add(name, events)
        if (this.#isJoined) queueMicrotask(() => this.#isJoined && events.joined())
      },
      publish: bytes => channel?.publish(bytes),
      send: (to, bytes) => channel?.send(to, bytes),
      close: async () => void this.#open.delete(name),
    }
  }

  /** Joins the other processes. Called once all channels are open. */
  start(): void {
    this.#carrier?.start({
      joined: () => {
        this.#isJoined = true
        for (const { events } of this.#open.values()) events.joined()
      },
      left: reason => {
        this.#isJoined = false
        for (const { events } of this.#open.values()) events.left(reason)
      },
      frame: bytes => this.#receive(bytes),
    })
  }

  /** Resolves when the last frames have been sent, or cannot be. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#carrier?.close()
    this.#open.clear()
  }

  #add(name: string, events: CarrierEvents): Channel {
    if (!NAME.test(name) || this.#open.has(name)) throw new Error(`${name} cannot be the name of a channel`)
    const head = Uint8Array.from([name.length, ...Buffer.from(name, 'ascii')])
    this.#open.set(name, { head, events })
    const isJoined = () => this.#isJoined && !this.#isClosed
    const carrier = this.#carrier
    const frame = (bytes: Uint8Array) => {
      if (bytes.length > MAX_CHANNEL_BYTES) throw new RangeError('the message is too long for a channel')
      return Buffer.concat([head, bytes])
    }
    return {
      number: carrier?.number ?? 1,
      get isJoined() {
        return isJoined()
      },
      publish(bytes) {
        if (isJoined()) carrier!.publish(frame(bytes))
      },
      send(to, bytes) {
        if (isJoined()) carrier!.send(to, frame(bytes))
      },
    }
  }

  #receive(frame: Uint8Array): void {
    const length = frame[0] ?? 0
    const name = Buffer.from(frame.subarray(1, 1 + length)).toString('latin1')
    const open = this.#open.get(name)
    if (open?.head.length === 1 + length && frame.length <= MAX_FRAME_BYTES)
      open.events.frame(frame.subarray(1 + length))
    else this.dropped++
  }
}
