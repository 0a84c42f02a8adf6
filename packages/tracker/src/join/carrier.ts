/** The contract of a carrier, which brings frames from each process of a tracker to the others. */

/** Longer frames are dropped by both sides. */
export const MAX_FRAME_BYTES = 128 * 1024

export interface CarrierEvents {
  /** It reaches the other processes from now on. */
  joined(): void
  /** It reaches nobody until it joins again, which it does by itself. `reason` is for the log. */
  left(reason: string): void
  /** A frame that another process published, or sent to this one. Frames of one process arrive in order. */
  frame(bytes: Uint8Array): void
}

/** Frames may get lost while a carrier joins or leaves, but are never cut. What is not joined drops what it is given. */
export interface Carrier {
  /** The number of this process: 1 to 65535. Two processes rarely have the same. */
  readonly number: number
  /** Called once. */
  start(events: CarrierEvents): void
  /** Brings a frame to all other processes. The frame must not change afterwards. */
  publish(frame: Uint8Array): void
  /** Brings a frame to one other process. */
  send(to: number, frame: Uint8Array): void
  /** Resolves when the last frames are on their way, or cannot be. */
  close(): Promise<void>
}
