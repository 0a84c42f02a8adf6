/** Opens messages of other devices in batches, and stores their contents. */
import { equalBytes } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'
import { type Envelope, kindOf, readEnvelope } from '../envelope/envelope.ts'
import type { GroupDevice } from '../groups/credential.ts'
import type { OpenedMessage } from '../groups/group.ts'
import { readBody, readMessage } from '../messages/message.ts'
import type { ShareRoom } from '../share-rooms/share-room.ts'
import type { History } from './history.ts'
import { arrivedOf, type Kept } from './kept-messages.ts'
import type { LogOrder } from './log-order.ts'
import type { Membership } from './membership.ts'
import type { RoomEntry, RoomProblem } from './ports.ts'
import { SlowMode, type SlowText } from './slow-mode.ts'

/**
 * Longest entry that is read. Messages and changes are smaller; a welcome grows with the number of
 * new members.
 */
const MAX_ENTRY_BYTES = 1 << 20
/** Most messages shown ahead of their turn. */
const MAX_AHEAD = 100

/** A message of another device that was not opened before. */
export interface FreshEntry {
  readonly entry: RoomEntry
  readonly envelope: Envelope
}

interface FreshMessage {
  readonly kept: Kept
  readonly sender: GroupDevice
  /** Null in the room of a share. */
  readonly epoch: bigint | null
}

export interface OpenerGiven {
  /** The id of the room. */
  readonly room: Uint8Array
  /** The DID of this person. */
  readonly did: string
  readonly share: ShareRoom | null
  readonly history: History
  readonly log: LogOrder
  readonly owner: { arrived(id: MessageId): void; problem(error: RoomProblem): void }
  /** Null for the room of a share. */
  membership(): Membership | null
  /** These devices of a group are active. */
  heard(devices: readonly Uint8Array[]): Promise<void>
  /** A message cannot be opened. */
  refuse(error: unknown): void
}

export class MessageOpener {
  readonly #given: OpenerGiven
  readonly #slowMode = new SlowMode()

  constructor(given: OpenerGiven) {
    this.#given = given
  }

  /** Opens messages that were not opened before. */
  async open(fresh: readonly FreshEntry[]): Promise<void> {
    const membership = this.#given.membership()
    if (!membership) return this.#keep(this.#readShare(fresh, error => this.#given.refuse(error)))
    const errors = await membership.open(fresh, (opened, each) => this.#read(opened, each), {
      keep: opened => this.#keep(opened),
    })
    for (const error of errors) this.#given.refuse(error)
  }

  /**
   * Returns whether an entry can be opened now, and whether it is a message or only a read mark,
   * which no history keeps. Refuses it otherwise (null). It can be opened again afterwards.
   */
  async judge(fresh: FreshEntry): Promise<'message' | 'mark' | null> {
    const membership = this.#given.membership()
    const { refuse } = this.#given
    let opened = membership ? [] : this.#readShare([fresh], refuse)
    const errors = await membership?.open([fresh], (some, each) => this.#read(some, each), {
      keep: async some => {
        opened = some
      },
      isAhead: true,
    })
    for (const error of errors ?? []) refuse(error)
    const [message] = opened
    if (!message) return null
    return readBody(message.kept.body).kind === 'read' ? 'mark' : 'message'
  }

  /** Shows messages ahead of their turn. Skips those that cannot be read yet. */
  async peek(entries: readonly RoomEntry[]): Promise<void> {
    const { messages } = this.#given.history
    const fresh = entries
      .filter(({ bytes }) => kindOf(bytes) === 'message')
      .sort((one, other) => one.place!.sequence - other.place!.sequence)
      .flatMap(freshOf)
    if (messages.ahead.size + fresh.length > MAX_AHEAD) return
    const show = async (opened: readonly FreshMessage[]) => {
      for (const { kept } of opened) messages.ahead.add(kept)
    }
    const membership = this.#given.membership()
    if (!membership) return show(this.#readShare(fresh, () => {}))
    if (membership.group)
      await membership.open(fresh, (opened, each) => this.#read(opened, each), { keep: show, isAhead: true })
  }

  #read({ sender, content, epoch }: OpenedMessage, { entry, envelope }: FreshEntry): FreshMessage {
    const name = { room: this.#given.room, clientId: entry.clientId }
    const { messageKey } = sender.device
    const read = readMessage(name, content, envelope.commitment!, messageKey)
    return { ...keptOf(entry, envelope, sender, read), epoch }
  }

  #readShare(fresh: readonly FreshEntry[], refuse: (error: unknown) => void): readonly FreshMessage[] {
    const opened: FreshMessage[] = []
    for (const { entry, envelope } of fresh) {
      const name = { room: this.#given.room, clientId: entry.clientId }
      try {
        const read = this.#given.share?.read(name, entry.bytes)
        if (read) opened.push({ ...keptOf(entry, envelope, read.sender, read), epoch: null })
      } catch (error) {
        refuse(error)
      }
    }
    return opened
  }

  async #keep(opened: readonly FreshMessage[]): Promise<void> {
    const { messages } = this.#given.history
    await Promise.all(
      opened.map(({ sender }) => this.#given.history.keepDevice(sender.hash, sender.identity)),
    )
    if (!this.#given.share) await this.#given.heard(opened.map(({ sender }) => sender.hash))
    const all = opened.map(({ kept, epoch }) => ({ kept, epoch, ...arrivedOf(kept) }))
    for (const { kept } of all) this.#compare(kept)
    const others = all.filter(({ content }) => content?.kind !== 'read')
    const isCopy = ({ kept, id }: (typeof all)[number]) => !equalBytes(kept.clientId, id)
    await Promise.all(others.filter(each => !isCopy(each)).map(({ kept }) => messages.keep(kept, false)))
    for (const { kept } of others.filter(isCopy)) await messages.keep(kept, false)
    for (const each of all) {
      const { kept, epoch, content, sender, sentMs, id } = each
      const isElsewhere = sender === this.#given.did
      if (content?.kind === 'text') {
        // A copy repeats an earlier message.
        const isTooFast = !isCopy(each) && epoch !== null && this.#isTooFast({ ...kept, epoch, sentMs })
        if (!isElsewhere && !isTooFast) this.#given.owner.arrived(id)
      }
      if (content?.kind !== 'read') continue
      if (isElsewhere) await this.#given.history.readUpTo(content.upTo)
      else await messages.mark(sender, content.upTo)
    }
  }

  /** Reports a member whose program ignores slow mode. */
  #isTooFast(text: SlowText): boolean {
    const group = this.#given.membership()?.group
    if (!group || text.epoch !== group.epoch) return false
    const { isTooFast, isNew } = this.#slowMode.judge(text, () => group.policy)
    if (isNew)
      this.#given.owner.problem({
        code: 'too-fast',
        message: `${text.sender} ignores the slow mode of this group. Its admins can remove this person.`,
      })
    return isTooFast
  }

  /** The sender's newest known entry. */
  #compare({ body, sender }: Kept): void {
    const { logHead } = readBody(body)
    // In the room of a share, anybody may claim anything: heads that the hub signed are compared.
    if (!logHead || this.#given.share || this.#given.log.agrees(logHead)) return
    this.#given.owner.problem({
      code: 'forked-log',
      message: `The hub shows another log to ${sender} than to this device: entry ${logHead.sequence} differs. Leave this hub.`,
    })
  }
}

function keptOf(
  { clientId, place }: RoomEntry,
  { commitment }: Envelope,
  sender: GroupDevice,
  { body, signature }: Pick<Kept, 'body' | 'signature'>,
): Omit<FreshMessage, 'epoch'> {
  const { did, hash } = sender
  const sequence = place?.sequence ?? null
  const kept = { clientId, sender: did, device: hash, sequence, body, signature, commitment: commitment! }
  return { kept, sender }
}

/** Returns null for another version, and if the entry is too long. Throws if it is damaged. */
export function envelopeOf({ bytes }: RoomEntry): Envelope | null {
  return bytes.length <= MAX_ENTRY_BYTES ? readEnvelope(bytes) : null
}

/** Returns nothing if the entry is damaged. */
export function freshOf(entry: RoomEntry): readonly FreshEntry[] {
  try {
    const envelope = envelopeOf(entry)
    return envelope ? [{ entry, envelope }] : []
  } catch {
    return []
  }
}
