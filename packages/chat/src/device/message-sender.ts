/** Writes the messages of this device crash-safely, and sends them until they are in the log. */
import { ChatError } from '../chat-error.ts'
import type { Envelope } from '../envelope/envelope.ts'
import { plaintextOf, readBody, writeMessage } from '../messages/message.ts'
import type { ShareRoom } from '../share-rooms/share-room.ts'
import type { Given } from './given.ts'
import type { History } from './history.ts'
import { COPY, type Kept, readCopy, writeCopy } from './kept-messages.ts'
import type { Membership } from './membership.ts'
import type { Place } from './ports.ts'

/** Most parents of a new message. */
const PARENTS = 4

export interface MessageSenderOptions {
  readonly given: Given
  readonly room: Uint8Array
  readonly history: History
  /** Null for a closed group, which has a membership. */
  readonly share: ShareRoom | null
  readonly membership: () => Membership | null
  /** Position up to which the log was read. */
  readonly through: () => Place
  /** See `Exchange`. */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>
  /** Appends an entry to the log. Rejects with `closed`. */
  readonly post: (clientId: Uint8Array, bytes: Uint8Array) => Promise<void>
  readonly changed: () => void
  /** Receives an error with a code and a message. */
  readonly problem: (error: unknown) => void
}

export class MessageSender {
  readonly #options: MessageSenderOptions

  constructor(options: MessageSenderOptions) {
    this.#options = options
  }

  /** Stores a message and sends it. Runs in turn. */
  async write(kind: string, content: Uint8Array): Promise<Kept> {
    const { history, room } = this.#options
    const { own, ports, signer } = this.#options.given
    const clientId = ports.random.bytes(16)
    const { sequence, hash } = this.#options.through()
    const { body, signature, commitment } = writeMessage(
      { room, clientId },
      {
        parents: history.messages.timeline.newest(PARENTS),
        logHead: sequence > 0 ? { sequence, hash } : null,
        sentMs: Math.floor(ports.clock.unixMs()),
        kind,
        content,
      },
      signer,
      length => ports.random.bytes(length),
    )
    const kept = {
      ...{ clientId, sender: own.did, device: own.hash, sequence: null },
      ...{ body, signature, commitment },
    }
    await history.messages.keep(kept, true)
    this.#options.changed()
    await this.send(kept)
    await history.tidy()
    return kept
  }

  /** Encrypts an own message, unless that was done before a restart, and sends it. */
  async send(kept: Kept): Promise<void> {
    const { given, room, share, post } = this.#options
    const { clientId } = kept
    try {
      const bytes = share
        ? share.encrypt(
            { room, clientId },
            { plaintext: plaintextOf(kept), commitment: kept.commitment },
            given.credential,
          )
        : await this.#options.membership()!.encrypt(kept)
      post(clientId, bytes).catch(error => this.#refused(kept, error))
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      await this.#options.history.messages.fail(clientId)
      this.#options.changed()
    }
  }

  async #refused({ clientId }: Kept, error: unknown): Promise<void> {
    const { history, inTurn, problem, changed } = this.#options
    if ((error as { code?: string }).code === 'closed') return
    problem(error)
    await inTurn(() => history.messages.fail(clientId)).catch(() => {})
    changed()
  }

  /** The log has a message. It is repeated for members who cannot read it in its place. */
  async placed(kept: Kept, { ciphertext }: Envelope, { sequence }: Place): Promise<void> {
    const { clientId } = kept
    if (this.#options.membership()?.isUnreadable(clientId, ciphertext)) {
      const message = readBody(kept.body)
      const original = {
        id: clientId,
        sequence,
        sentMs: message.sentMs,
        kind: message.kind,
        content: message.content,
      }
      const copy = message.kind === COPY ? readCopy(message.content)! : original
      await this.write(COPY, writeCopy(copy))
    }
    await this.#options.history.messages.place(kept, sequence)
    await this.#options.membership()?.delivered(clientId)
  }

  /** The log has another message under its id. */
  async displaced({ clientId }: Kept): Promise<void> {
    await this.#options.history.messages.fail(clientId)
    await this.#options.membership()?.delivered(clientId)
    const message =
      'A member keeps a message of this device out of the log of the conversation: send it again.'
    this.#options.problem({ code: 'displaced', message })
  }
}
