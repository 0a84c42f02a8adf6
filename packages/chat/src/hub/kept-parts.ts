/**
 * Stores which parts of rooms' logs were verified and stored, so that a device continues after
 * them, and detects if a hub shows another log after a restart.
 */

import { bytesToHex } from '@noble/hashes/utils.js'
import type { LogHead, Part } from '@shoal/hub-api/rooms'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import type { Journal, Journals } from '../device/ports.ts'

interface Kept {
  readonly journal: Promise<Journal>
  /** Resolves when nothing is being written. */
  writing: Promise<void>
  /** Not written yet. */
  next: readonly Part[] | null
  isWriting: boolean
}

export class KeptParts {
  readonly #journals: Pick<Journals, 'open' | 'remove'>
  readonly #onError: (error: Error) => void
  readonly #rooms = new Map<string, Kept>()

  /**
   * `onError` is called if a write fails. Nothing is lost then: entries are received again after
   * the next start.
   */
  constructor(journals: Pick<Journals, 'open' | 'remove'>, onError: (error: Error) => void) {
    this.#journals = journals
    this.#onError = onError
  }

  /** Returns the parts of a room, empty if there are no readable ones. */
  async read(room: Uint8Array): Promise<readonly Part[]> {
    let parts: readonly Part[] = []
    for await (const record of (await this.#of(room).journal).read()) parts = readParts(room, record)
    return parts
  }

  /** Schedules a write that replaces the previous ones. */
  keep(room: Uint8Array, parts: readonly Part[]): void {
    const kept = this.#of(room)
    kept.next = parts
    if (!kept.isWriting) kept.writing = this.#write(kept)
  }

  /** Deletes those of a room. */
  async forget(room: Uint8Array): Promise<void> {
    const kept = this.#of(room)
    kept.next = null
    await kept.writing
    await kept.journal
    this.#rooms.delete(latin1(room))
    await this.#journals.remove(nameOf(room))
  }

  async #write(kept: Kept): Promise<void> {
    kept.isWriting = true
    try {
      const journal = await kept.journal
      for (let parts = kept.next; parts; parts = kept.next) {
        kept.next = null
        await journal.replace([writeParts(parts)])
      }
    } catch (error) {
      this.#onError(error as Error)
    } finally {
      kept.isWriting = false
    }
  }

  #of(room: Uint8Array): Kept {
    const key = latin1(room)
    const known = this.#rooms.get(key)
    if (known) return known
    const kept: Kept = {
      journal: this.#journals.open(nameOf(room)),
      writing: Promise.resolve(),
      next: null,
      isWriting: false,
    }
    this.#rooms.set(key, kept)
    return kept
  }
}

function nameOf(room: Uint8Array): string {
  return `log-${bytesToHex(room)}`
}

function writeParts(parts: readonly Part[]): Uint8Array {
  const head = ({ sequence, hash }: LogHead) => [sequence, hash]
  return encodeCbor(parts.map(({ from, to, signed }) => [head(from), head(to), signed]))
}

function readParts(room: Uint8Array, record: Uint8Array): readonly Part[] {
  const parts = decodeCbor(record) as readonly [
    [number, Uint8Array],
    [number, Uint8Array],
    Uint8Array | null,
  ][]
  const head = ([sequence, hash]: [number, Uint8Array]): LogHead => ({ room, sequence, hash })
  return parts.map(([from, to, signed]) => ({ from: head(from), to: head(to), signed }))
}
