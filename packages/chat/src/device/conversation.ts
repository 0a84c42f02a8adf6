/**
 * One conversation of this device: a closed group, a private conversation, or the room of a share.
 */
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'
import { type Content, encodeContent, type MessageId, type Shown } from '../conversations/index.ts'
import type { GroupMember } from '../groups/group-members.ts'
import { encodePolicy, type GroupPolicy } from '../groups/policy.ts'
import { ShareRoom } from '../share-rooms/share-room.ts'
import { Exchange } from './exchange.ts'
import { type Given, isBlocked, type RoomRecord } from './given.ts'
import { History, type Settings } from './history.ts'
import type { Membership } from './membership.ts'
import { MessageReader } from './message-reader.ts'
import type { Unread } from './message-store.ts'
import type { Place, RoomProblem } from './ports.ts'
import type { Presence } from './presence.ts'
import { PresenceNotes } from './presence-notes.ts'
import { ReadMarks } from './read-marks.ts'

export interface ConversationListener {
  /** Messages, members, rules or settings have changed. */
  changed?(conversation: Conversation): void
  /** Another person's text was stored. */
  arrived?(conversation: Conversation, id: MessageId): void
  presence?(conversation: Conversation, did: string, what: Presence): void
  /** Something from others was refused, or the hub has a problem. */
  problem?(conversation: Conversation, error: RoomProblem): void
}

/** Changes of a closed group. Persons are added and removed with all their devices. */
export interface ChangeOfGroup {
  /** DIDs. */
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly policy?: GroupPolicy
}

export class Conversation {
  readonly #given: Given
  readonly #room: RoomRecord
  readonly #listener: ConversationListener
  readonly #history: History
  readonly #share: ShareRoom | null
  readonly #reading: ReadMarks
  readonly reader: MessageReader
  readonly presence: PresenceNotes
  #exchange!: Exchange

  /**
   * `policy`: for a new group. `abandon` is called if this device cannot join, and there is nothing
   * to keep.
   */
  static async open(
    given: Given,
    room: RoomRecord,
    listener: ConversationListener,
    abandon: (conversation: Conversation) => void,
    policy: GroupPolicy | null = null,
  ): Promise<Conversation> {
    const { own, pageMessages, openJournal } = given
    const isAdmin = (did: string): boolean => conversation.policy?.admins.includes(did) ?? false
    const counts = ({ sender, state, mentions }: Shown) => ({
      isUnread: sender !== own.did && state !== 'deleted' && !isBlocked(given, sender),
      isMention: mentions.includes(own.did),
    })
    const rules = { isAdmin, counts }
    const history = await History.open({
      ...{ room: room.id, device: own.hash, rules, pageMessages, openJournal },
    })
    const conversation = new Conversation(given, room, listener, history)
    conversation.#exchange = await Exchange.open(given, room, history, conversation.#share, {
      changed: () => listener.changed?.(conversation),
      problem: error => {
        listener.problem?.(conversation, error)
        if (error.proof) void conversation.#keepProof(error.proof)
      },
      volatile: bytes => void conversation.presence.received(bytes),
      arrived: id => listener.arrived?.(conversation, id),
      isHidden: () => conversation.isRequest,
      failedToJoin: () => history.messages.timeline.shown.length === 0 && abandon(conversation),
    })
    if (policy) await conversation.#exchange.membership!.create(policy)
    return conversation
  }

  private constructor(given: Given, room: RoomRecord, listener: ConversationListener, history: History) {
    this.#given = given
    this.#room = room
    this.#listener = listener
    this.#history = history
    this.#share = room.linkSecret && new ShareRoom(room.linkSecret)
    this.reader = new MessageReader(given, room.id, history)
    this.presence = new PresenceNotes({
      ...{ given, room: room.id, share: this.#share },
      group: () => this.#exchange.membership?.group ?? null,
      mayShow: () => !this.isRequest && this.state === 'member',
      send: bytes => this.#exchange.sendVolatile(bytes),
      onPresence: (did, what) => listener.presence?.(this, did, what),
      head: () => this.#exchange.head,
      onHead: signed => this.#exchange.compareHead(signed),
    })
    this.#reading = new ReadMarks(given.ports.clock, async upTo => {
      if (this.state === 'member') await this.send({ kind: 'read', upTo })
    })
  }

  /** Id of its room. 32 bytes. */
  get id(): Uint8Array {
    return this.#room.id
  }

  /** Location of its room: see `RoomToFollow`. */
  get home(): string {
    return this.#room.home
  }

  get kind(): 'group' | 'private' | 'share' {
    if (this.#share) return 'share'
    const policy = this.policy
    return policy?.allowed?.length === 2 && policy.admins.length === 2 ? 'private' : 'group'
  }

  /**
   * `joining`: the welcome has not arrived. `left`: this device is no longer a member, or has asked
   * to leave.
   */
  get state(): 'joining' | 'member' | 'left' {
    if (this.#share) return 'member'
    const group = this.#exchange.membership!.group
    if (!group) return 'joining'
    return group.isMember && !this.settings.isLeaving ? 'member' : 'left'
  }

  /**
   * Whether a non-contact invited this person, until `accept`: nothing is loaded for it, and no one
   * can see that it was opened.
   */
  get isRequest(): boolean {
    const { welcome } = this.#room
    if (!welcome || this.settings.isAccepted || welcome.did === this.#given.own.did) return false
    return !this.#given.ports.people.known(welcome.did)?.isContact
  }

  /** DID of the inviter. Null for own groups and rooms of shares. */
  get invitedBy(): string | null {
    return this.#room.welcome?.did ?? null
  }

  /** The rules. Null for rooms of shares, and before the welcome. */
  get policy(): GroupPolicy | null {
    return this.#exchange.membership?.group?.policy ?? null
  }

  /** Epoch of a closed group, which each of its changes ends. */
  get epoch(): bigint {
    return this.#exchange.membership?.group?.epoch ?? 0n
  }

  /** The devices of a closed group. */
  get members(): readonly GroupMember[] {
    return this.#exchange.membership?.group?.members ?? []
  }

  get settings(): Readonly<Settings> {
    return this.#history.settings
  }

  /** Position up to which the log was read. */
  get through(): Place {
    return this.#exchange.through
  }

  /**
   * The newest messages, which are in memory, oldest first and without those of blocked persons.
   * `reader` reads the others.
   */
  get messages(): readonly Shown[] {
    return this.#history.messages.inMemory.filter(({ sender }) => !isBlocked(this.#given, sender))
  }

  /** Numbers of messages, and of mentions of this person, after the last read one. */
  get unread(): Unread {
    return this.#history.messages.unread(this.settings.readUpTo)
  }

  /**
   * Resolves once the log was read up to this position, or this device is not a member. Rejects
   * with `closed`.
   */
  reach(sequence: number): Promise<void> {
    return this.#exchange.reach(sequence)
  }

  /** Follows the room, and sends pending messages. */
  start(): Promise<void> {
    return this.#exchange.start()
  }

  /**
   * Sends a message. Resolves with its id once it will survive a crash; it has a `sequence` once it
   * is in the log. Rejects with `bad-argument`, `not-allowed` (slow mode), `removed`, `closed`.
   */
  send(content: Content): Promise<MessageId> {
    const bytes = encodeContent(content)
    return this.#exchange.inTurn(async () => {
      const { own, ports } = this.#given
      await checkWritable(this, content, { did: own.did, unixMs: ports.clock.unixMs() })
      const { clientId } = await this.#exchange.sender.write(content.kind, bytes)
      void this.presence.showHead().catch(() => {})
      return clientId
    })
  }

  /**
   * Stores the read position, and soon shares it with the other members and own devices unless
   * `isSecret`. It never moves backwards.
   */
  async markRead(id: MessageId, { isSecret = false } = {}): Promise<void> {
    if (!(await this.#exchange.inTurn(() => this.#history.readUpTo(id)))) return
    if (!isSecret && !this.isRequest) this.#reading.mark(id)
    this.#listener.changed?.(this)
  }

  async set(settings: Partial<Pick<Settings, 'draft' | 'isMuted' | 'title' | 'share'>>): Promise<void> {
    await this.#exchange.inTurn(async () => {
      await this.#history.set(settings)
      await this.#history.tidy()
    })
    this.#listener.changed?.(this)
  }

  /**
   * Two heads signed by its hub that contradict each other: the hub showed different logs to its
   * members. Null if none are known.
   */
  get forkedHeads(): readonly [Uint8Array, Uint8Array] | null {
    const { forked } = this.settings
    return forked && (decodeCbor(forked) as unknown as [Uint8Array, Uint8Array])
  }

  /** Accepts a request of a stranger. */
  async accept(): Promise<void> {
    await this.#exchange.inTurn(() => this.#history.set({ isAccepted: true }))
    this.#listener.changed?.(this)
  }

  /**
   * Changes a closed group in one commit. Resolves once the change has taken effect. Rejects with
   * `not-allowed`, `no-devices`, `bad-argument`, `bad-policy`, `removed`, and with `closed`: then
   * it is retried at the next start.
   */
  change({ policy, ...persons }: ChangeOfGroup): Promise<void> {
    const { changes } = membershipOf(this.#exchange)
    return changes.change({ ...persons, policy: policy ? encodePolicy(policy) : null })
  }

  /**
   * Leaves a closed group, with all devices of this person. Resolves once that is stored; it takes
   * effect with the next commit of another member.
   */
  async leave(): Promise<void> {
    const membership = membershipOf(this.#exchange)
    await this.#exchange.inTurn(() => this.#history.set({ isLeaving: true }))
    this.#listener.changed?.(this)
    membership.changes.advance()
  }

  /**
   * For operations on an entire conversation: its removal, and copies of its history. `linkSecret`:
   * of the room of a share.
   */
  get internals(): {
    readonly exchange: Exchange
    readonly history: History
    readonly linkSecret: Uint8Array | null
  } {
    return { exchange: this.#exchange, history: this.#history, linkSecret: this.#room.linkSecret }
  }

  /** Keeps the first one, and lets the other members have one, too. */
  async #keepProof(heads: readonly [Uint8Array, Uint8Array]): Promise<void> {
    try {
      const isFirst = await this.#exchange.inTurn(async () => {
        if (this.settings.forked) return false
        await this.#history.set({ forked: encodeCbor(heads) })
        return true
      })
      if (!isFirst) return
      this.#listener.changed?.(this)
      // Others may have entries of another number, and cannot compare the newest one.
      for (const head of heads) await this.presence.showHead(head)
    } catch {
      // The chat was closed.
    }
  }

  /** Resolves once all writes have finished. */
  close(): Promise<void> {
    this.#reading.close()
    return this.#exchange.close()
  }
}

/** Throws `removed`, and `not-allowed` in slow mode. */
async function checkWritable(
  conversation: Conversation,
  content: Content,
  { did, unixMs }: { readonly did: string; readonly unixMs: number },
): Promise<void> {
  const { state, policy } = conversation
  if (state !== 'member')
    throw new ChatError('removed', 'This device is not a member of the conversation.', {
      field: 'conversation',
    })
  if (!policy || policy.slowSeconds === 0 || policy.admins.includes(did) || content.kind !== 'text') return
  const sinceMs = unixMs - 1000 * policy.slowSeconds
  let last: Shown | undefined
  for await (const part of conversation.reader.parts()) {
    last = part.findLast(({ sender }) => sender === did)
    if (last || (part[0]?.sentMs ?? unixMs) < sinceMs) break
  }
  const waitMs = last ? last.sentMs - sinceMs : 0
  if (waitMs > 0)
    throw new ChatError(
      'not-allowed',
      `This group is in slow mode: wait for ${Math.ceil(waitMs / 1000)} s before the next message.`,
      { field: 'conversation' },
    )
}

function membershipOf({ membership }: Exchange): Membership {
  if (!membership) throw new ChatError('bad-argument', 'The room of a share has no members to change.')
  return membership
}
