/** The other processes of a tracker, as known to this one. */
import { type Frame, readBeat } from './frames.ts'

/** Time without a beat after which a process is considered gone. */
const SILENT_MS = 10_000
const MAX_MEMBERS = 256
const MAX_REPORT_BYTES = 4096

/** Another process of the tracker. */
export interface Member {
  readonly number: number
  /** Random for each start, in hexadecimal. */
  readonly instance: string
  readonly uptimeSeconds: number
  /** Whether it has the swarms of the others. */
  readonly isReady: boolean
  /** JSON from the process, unchecked. */
  readonly report: string
}

export class Members {
  readonly #members = new Map<string, Member & { readonly seenMs: number }>()

  get all(): readonly Member[] {
    return [...this.#members.values()]
  }

  /**
   * Processes a beat. Returns whether the process was known before, or null if there is no room
   * for it or the beat is invalid.
   */
  hear(frame: Frame, nowMs: number): boolean | null {
    const beat = readBeat(frame, MAX_REPORT_BYTES)
    const { instance, number } = frame
    const isKnown = this.#members.has(instance)
    if (beat === null || (!isKnown && this.#members.size >= MAX_MEMBERS)) return null
    this.#members.set(instance, { ...beat, instance, number, seenMs: nowMs })
    return isKnown
  }

  /** Gives all of them time to send a beat. */
  excuse(nowMs: number): void {
    for (const [instance, member] of this.#members) this.#members.set(instance, { ...member, seenMs: nowMs })
  }

  /** Removes a process and returns it, if it was known. */
  remove(instance: string): Member | undefined {
    const member = this.#members.get(instance)
    this.#members.delete(instance)
    return member
  }

  /** Removes and returns those that are silent. */
  removeSilent(nowMs: number): readonly Member[] {
    const silent = [...this.#members.values()].filter(({ seenMs }) => nowMs - seenMs > SILENT_MS)
    for (const { instance } of silent) this.#members.delete(instance)
    return silent
  }
}
