/**
 * Channels between two devices in virtual time. Bytes arrive in order, delayed and split
 * differently than sent.
 */
import { type Clock, concat, type Random } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { DirectChannel } from '../direct/session.ts'

const LATENCY_MS = 20
const MAX_PIECE_BYTES = 3000

export interface MemoryChannels {
  /** Opened by the first one. */
  readonly ends: readonly [DirectChannel, DirectChannel]
  /** Both ends notice. */
  cut(): void
}

/** `carries` returns whether bytes arrive now: those sent to a killed program do not. */
export function memoryChannels(clock: Clock, random: Random, carries = () => true): MemoryChannels {
  const binding = random.bytes(32)
  const inboxes = [new Inbox(), new Inbox()] as const
  const cut = () => {
    for (const inbox of inboxes) inbox.end()
  }
  const end = (own: 0 | 1): DirectChannel => {
    const [received, sent] = own === 0 ? inboxes : ([inboxes[1], inboxes[0]] as const)
    let waiting: Uint8Array[] = []
    let isUnderWay = false
    const deliver = () => {
      isUnderWay = false
      let all = concat(waiting)
      waiting = []
      while (carries() && all.length > 0) {
        const piece = all.slice(0, 1 + random.below(MAX_PIECE_BYTES))
        all = all.subarray(piece.length)
        sent.add(piece)
      }
    }
    return {
      binding,
      isInitiator: own === 0,
      chunks: received,
      async send(bytes) {
        if (sent.isOver) throw new ChatError('closed', 'The channel was closed.')
        waiting.push(bytes.slice())
        if (!isUnderWay) clock.after(1 + random.below(LATENCY_MS), deliver)
        isUnderWay = true
      },
      close: cut,
    }
  }
  return { ends: [end(0), end(1)], cut }
}

class Inbox implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = []
  #wake: (() => void) | null = null
  isOver = false

  add(chunk: Uint8Array): void {
    if (this.isOver) return
    this.#chunks.push(chunk)
    this.#wake?.()
  }

  end(): void {
    this.isOver = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) yield chunk
      else if (this.isOver) return
      else {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
        this.#wake = null
      }
    }
  }
}
