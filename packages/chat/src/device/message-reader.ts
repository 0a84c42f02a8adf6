/** Reads the messages of a conversation, without those of blocked persons. */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { MessageId, Shown } from '../conversations/index.ts'
import { type Given, isBlocked } from './given.ts'
import type { History } from './history.ts'
import { type MessagePage, type PageOptions, readMessages } from './message-page.ts'
import type { Delivery } from './outgoing.ts'
import { writeReport } from './report.ts'

export interface ReadMark {
  readonly did: string
  readonly upTo: MessageId
}

export class MessageReader {
  readonly #given: Given
  readonly #room: Uint8Array
  readonly #history: History

  constructor(given: Given, room: Uint8Array, history: History) {
    this.#given = given
    this.#room = room
    this.#history = history
  }

  /**
   * Returns the newest messages, or those before or around one of them. Omits messages of blocked
   * persons. Empty if there is no such message.
   */
  page(options: PageOptions = {}): Promise<MessagePage> {
    return readMessages(this.#history.messages, options, ({ sender }) => !isBlocked(this.#given, sender))
  }

  /**
   * Yields all messages in parts, the newest part first; each part begins with its oldest message.
   * Parts are read on demand.
   */
  async *parts(): AsyncGenerator<readonly Shown[]> {
    const { messages } = this.#history
    for (let list = messages.lists - 1; list >= 0; list--)
      yield (await messages.list(list, false)).filter(({ sender }) => !isBlocked(this.#given, sender))
  }

  /** Returns a message, or null if it is missing. */
  async message(id: MessageId): Promise<Shown | null> {
    const { messages } = this.#history
    const place = await messages.locate(id)
    return place && ((await messages.list(place.list, true))[place.at] ?? null)
  }

  /** Read positions of other persons, as far as they share them. */
  get readBy(): readonly ReadMark[] {
    return [...this.#history.messages.marks]
      .filter(([did]) => did !== this.#given.own.did && !isBlocked(this.#given, did))
      .map(([did, { upTo }]) => ({ did, upTo }))
  }

  /**
   * Returns the evidence with which a moderator verifies one message (`verifyReport`), and the
   * commitment of its entry as this device has read it. `id`: of the message, or of its entry. Null
   * if it is missing.
   */
  async report(id: MessageId): Promise<{ readonly text: string; readonly commitment: Uint8Array } | null> {
    const { messages } = this.#history
    const kept = (await messages.shown(id)) ?? (await messages.find(id))
    if (!kept) return null
    const { own, credential: ownCredential } = this.#given
    const { clientId, device, body, signature, sequence, commitment } = kept
    const isOwn = equalBytes(device, own.hash)
    const credential = isOwn ? ownCredential : this.#history.credentials.get(latin1(device))
    if (!credential) return null
    return {
      text: writeReport({ room: this.#room, clientId, sequence, credential, body, signature }),
      commitment,
    }
  }

  /**
   * Returns the messages added, changed or dropped since the last call. Null if any may have been.
   */
  takeTouched(): readonly MessageId[] | null {
    return this.#history.messages.touched.take()
  }

  /** Returns the delivery state of a message of this device. */
  deliveryOf(message: Pick<Shown, 'id' | 'sequence'>): Delivery {
    return this.#history.messages.outgoing.deliveryOf(message)
  }
}
