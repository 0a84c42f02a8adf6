/** Verifies the heads that a hub signed for one room. */
import { openHead, proveEquivocation, type SignedHead } from '@shoal/hub-stores/log'
import { type Clock, equalBytes } from '@shoal/torrent/base'
import { ForkedLog, RoomError } from './room-error.ts'

/**
 * Minimum interval of signature checks. Only the newest head is checked: its hash covers all
 * earlier entries.
 */
const CHECK_MS = 250

export class HubHeads {
  /** The hub's key, once known. */
  hub: Uint8Array | null = null
  readonly #room: Uint8Array
  readonly #clock: Clock
  readonly #onProblem: (error: RoomError) => void
  #unchecked: (() => boolean) | null = null
  #checkedMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined

  /** `onProblem` is called if a signature is invalid. */
  constructor(room: Uint8Array, clock: Clock, onProblem: (error: RoomError) => void) {
    this.#room = room
    this.#clock = clock
    this.#onProblem = onProblem
  }

  /**
   * Decodes a head that came with the entry of this number, and checks its signature shortly
   * afterwards. Throws `bad-head`, `other-hub`.
   */
  open(bytes: Uint8Array, sequence: number): SignedHead {
    const { head, isSigned } = this.#read(bytes, sequence)
    this.#checkSoon(isSigned)
    return head
  }

  /**
   * Decodes a head without checking its signature, for heads that repeat known state. Throws like
   * `open`.
   */
  peek(bytes: Uint8Array, sequence: number): SignedHead {
    return this.#read(bytes, sequence).head
  }

  /**
   * Decodes a head received by another client, and checks its signature. Throws `bad-head`,
   * `other-hub`.
   */
  check(bytes: Uint8Array): SignedHead {
    const { head, isSigned } = opened(bytes)
    if (!isSigned()) throw new RoomError('bad-head', 'This head was not signed by a hub')
    if (!equalBytes(head.room, this.#room) || (this.hub && !equalBytes(head.hub, this.hub)))
      throw new RoomError('other-hub', 'This head is of another room or hub')
    return head
  }

  close(): void {
    this.#cancel?.()
  }

  #read(bytes: Uint8Array, sequence: number): ReturnType<typeof opened> {
    const found = opened(bytes)
    const { head } = found
    if (head.sequence !== sequence || !equalBytes(head.room, this.#room))
      throw new RoomError('bad-head', 'The hub sent a head of another place: ask the hub again')
    if (this.hub && !equalBytes(head.hub, this.hub))
      throw new RoomError('other-hub', 'The hub sent a head that another hub signed')
    return found
  }

  #checkSoon(isSigned: () => boolean): void {
    const isWaiting = this.#unchecked !== null
    this.#unchecked = isSigned
    if (isWaiting) return
    this.#cancel = this.#clock.after(Math.max(0, this.#checkedMs + CHECK_MS - this.#clock.nowMs()), () => {
      const unchecked = this.#unchecked
      this.#unchecked = null
      this.#checkedMs = this.#clock.nowMs()
      if (unchecked?.() === false)
        this.#onProblem(
          new RoomError('bad-head', 'A head of this room was not signed by its hub: leave this hub'),
        )
    })
  }
}

function opened(bytes: Uint8Array): ReturnType<typeof openHead> {
  try {
    return openHead(bytes)
  } catch (cause) {
    throw new RoomError('bad-head', 'This is not a head that a hub signed: ask the hub again', { cause })
  }
}

/** Throws a `ForkedLog` if two heads prove a fork. */
export function prove(own: Uint8Array, other: Uint8Array): void {
  const proof = proveEquivocation(own, other)
  if (proof) throw new ForkedLog([own, other], proof)
}
