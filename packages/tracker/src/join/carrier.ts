/** The contract of a carrier, which delivers frames between the processes of a tracker. */

/** Longer frames are dropped by both sides. */
export const MAX_FRAME_BYTES = 128 * 1024

export interface CarrierEvents {
  /** The other processes can be reached from now on. */
  joined(): void
  /**
   * No process can be reached until the carrier rejoins, which it does by itself. `reason` is for
   * the log.
   */
  left(reason: string): void
  /**
   * A frame that another process published, or sent to this one. Frames of one process arrive in
   * order.
   */
  frame(bytes: Uint8Array): void
}

/**
 * Frames may be lost while a carrier joins or leaves, but are never truncated. A carrier that has
 * not joined drops all frames.
 */
export interface Carrier {
  /** The number of this process: 1 to 65535. Two processes rarely have the same. */
  readonly number: number
  /** Called once. */
  start(events: CarrierEvents): void
  /** Sends a frame to all other processes. The frame must not change afterwards. */
  publish(frame: Uint8Array): void
  /** Sends a frame to one other process. */
  send(to: number, frame: Uint8Array): void
  /** Resolves when the last frames have been sent, or cannot be. */
  close(): Promise<void>
}
