import type { MemoryStore } from '../memory/memory-store.ts'
import { ChangeWriter } from './changes.ts'
import type { FrameSender } from './frame-sender.ts'
import { FRAME, HEAD_BYTES, writeHead } from './frames.ts'

/** Size of the parts in which all swarms are sent, and the pause after each. */
const [PART_BYTES, PART_PAUSE_MS] = [64 * 1024, 10] as const
/** Maximum number of processes that are sent all swarms at the same time. */
const MAX_READERS = 4

/** Sends the swarms of this process to others, in parts. */
export class SwarmParts {
  readonly #memory: Pick<MemoryStore, 'reader'>
  readonly #frames: FrameSender
  #readers = 0

  constructor(memory: Pick<MemoryStore, 'reader'>, frames: FrameSender) {
    this.#memory = memory
    this.#frames = frames
  }

  /**
   * Whether the maximum number of processes is being sent swarms: another one should query a
   * different process.
   */
  get isBusy(): boolean {
    return this.#readers >= MAX_READERS
  }

  /**
   * Sends the peers heard of within this time to one process, or to all. Resolves after the last
   * part.
   */
  async report(withinSeconds: number, to: number | 'all'): Promise<void> {
    this.#readers++
    const read = this.#memory.reader(withinSeconds)
    const writer = new ChangeWriter(PART_BYTES, HEAD_BYTES)
    for (let isMore = true; isMore && this.#frames.canSend; ) {
      isMore = read(writer)
      if (!writer.isEmpty) this.#send(writeHead(writer.take(), FRAME.part, this.#frames), to)
      await new Promise<void>(resolve => setTimeout(resolve, PART_PAUSE_MS).unref())
    }
    this.#readers--
  }

  #send(part: Uint8Array, to: number | 'all'): void {
    if (to === 'all') this.#frames.publish(part)
    else this.#frames.send(to, part)
  }
}
