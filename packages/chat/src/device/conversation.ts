/** One conversation of this device: a closed group, a private conversation, or the room of a share. */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import { type Content, encodeContent, type MessageId, type Shown } from '../conversations/index.ts'
import { readCredential } from '../groups/credential.ts'
import type { GroupMember } from '../groups/group-members.ts'
import { encodePolicy, type GroupPolicy } from '../groups/policy.ts'
import { ShareRoom } from '../share-rooms/share-room.ts'
import { Exchange } from './exchange.ts'
import type { Given, RoomRecord } from './given.ts'
import { History, type Settings } from './history.ts'
import type { Membership } from './membership.ts'
import { type MessagePage, type PageOptions, readMessages } from './message-page.ts'
import type { Unread } from './message-store.ts'
import type { Delivery } from './outgoing.ts'
import type { Place, RoomProblem } from './ports.ts'
import { openPresence, type Presence, type PresenceKey, sealPresence } from './presence.ts'
import { ReadMarks } from './read-marks.ts'
import { writeReport } from './report.ts'

const VOLATILE_LABEL = 'shoal volatile'
const VOLATILE_KEY_BYTES = 32
const NONCE_BYTES = 12

export interface ConversationListener {
  /** Messages, members, rules or settings have changed. */
  changed?(conversation: Conversation): void
  /** A text of somebody else was kept. */
  arrived?(conversation: Conversation, id: MessageId): void
  presence?(conversation: Conversation, did: string, what: Presence): void
  /** Something of others was refused, or the hub has a problem. */
  problem?(conversation: Conversation, error: RoomProblem): void
}

export interface ReadMark {
  readonly did: string
  readonly upTo: MessageId
}

/** Changes of a closed group. Persons come and go with all their devices. */
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
  #exchange!: Exchange

  /** `policy`: for a new group. `abandon` is called if this device cannot join, and there is nothing to keep. */
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
      problem: error => listener.problem?.(conversation, error),
      volatile: bytes => void conversation.#heard(bytes),
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
    this.#reading = new ReadMarks(given.ports.clock, async upTo => {
      if (this.state === 'member') await this.send({ kind: 'read', upTo })
    })
  }

  /** The id of its room. 32 bytes. */
  get id(): Uint8Array {
    return this.#room.id
  }

  /** Where its room is: see `RoomToFollow`. */
  get home(): string {
    return this.#room.home
  }

  get kind(): 'group' | 'private' | 'share' {
    if (this.#share) return 'share'
    const policy = this.policy
    return policy?.allowed?.length === 2 && policy.admins.length === 2 ? 'private' : 'group'
  }

  /** `joining`: the welcome has not arrived. `left`: this device is not a member any more, or has asked to leave. */
  get state(): 'joining' | 'member' | 'left' {
    if (this.#share) return 'member'
    const group = this.#exchange.membership!.group
    if (!group) return 'joining'
    return group.isMember && !this.settings.isLeaving ? 'member' : 'left'
  }

  /** True if somebody who is not a contact invited this person, until `accept`: nothing is loaded for it, and nobody learns that it was seen. */
  get isRequest(): boolean {
    const { welcome } = this.#room
    if (!welcome || this.settings.isAccepted || welcome.did === this.#given.own.did) return false
    return !this.#given.ports.people.known(welcome.did)?.isContact
  }

  /** The DID of whoever invited this device. Null for own groups and rooms of shares. */
  get invitedBy(): string | null {
    return this.#room.welcome?.did ?? null
  }

  /** The rules. Null for rooms of shares, and before the welcome. */
  get policy(): GroupPolicy | null {
    return this.#exchange.membership?.group?.policy ?? null
  }

  /** The epoch of a closed group, which each change of it ends. */
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

  /** How far the log was read. */
  get through(): Place {
    return this.#exchange.through
  }

  /** The newest messages, which are in memory, oldest first and without those of blocked persons. `page` reads the others. */
  get messages(): readonly Shown[] {
    return this.#history.messages.inMemory.filter(({ sender }) => !isBlocked(this.#given, sender))
  }

  /** Returns the newest messages, or those before or around one of them. Messages of blocked persons are left out. Empty if there is no such message. */
  page(options: PageOptions = {}): Promise<MessagePage> {
    return readMessages(this.#history.messages, options, ({ sender }) => !isBlocked(this.#given, sender))
  }

  /** All messages in parts, the newest part first; each part begins with its oldest message. Parts are read when they are asked for. */
  async *parts(): AsyncGenerator<readonly Shown[]> {
    const { messages } = this.#history
    for (let list = messages.lists - 1; list >= 0; list--)
      yield (await messages.list(list, false)).filter(({ sender }) => !isBlocked(this.#given, sender))
  }

  /** Returns a message, or null if it is not here. */
  async message(id: MessageId): Promise<Shown | null> {
    const { messages } = this.#history
    const place = await messages.locate(id)
    return place && ((await messages.list(place.list, true))[place.at] ?? null)
  }

  /** How far other persons have read, as far as they say so. */
  get readBy(): readonly ReadMark[] {
    return [...this.#history.messages.marks]
      .filter(([did]) => did !== this.#given.own.did && !isBlocked(this.#given, did))
      .map(([did, { upTo }]) => ({ did, upTo }))
  }

  /** Counts messages, and mentions of this person, behind the last one that was read. */
  get unread(): Unread {
    return this.#history.messages.unread(this.settings.readUpTo)
  }

  /** Returns the evidence with which a moderator verifies one message (`verifyReport`), and the commitment of its entry as this device has read it. `id`: of the message, or of its entry. Null if it is not here. */
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
      text: writeReport({ room: this.id, clientId, sequence, credential, body, signature }),
      commitment,
    }
  }

  /** Returns the messages that came, changed or were dropped since this was last asked. Null if any may have. */
  takeTouched(): readonly MessageId[] | null {
    return this.#history.messages.touched.take()
  }

  /** Returns how far a message of this device has come. */
  deliveryOf(message: Pick<Shown, 'id' | 'sequence'>): Delivery {
    return this.#history.messages.outgoing.deliveryOf(message)
  }

  /** Resolves once the log was read up to here, or this device is not a member. Rejects with `closed`. */
  reach(sequence: number): Promise<void> {
    return this.#exchange.reach(sequence)
  }

  /** Follows the room, and sends what has not arrived. */
  start(): Promise<void> {
    return this.#exchange.start()
  }

  /** Writes a message. Resolves with its id once it will survive a crash; it has a `sequence` when the log has it. Rejects with `bad-argument`, `not-allowed` (slow mode), `removed`, `closed`. */
  send(content: Content): Promise<MessageId> {
    const bytes = encodeContent(content)
    return this.#exchange.inTurn(async () => {
      const { own, ports } = this.#given
      await checkWritable(this, content, { did: own.did, unixMs: ports.clock.unixMs() })
      return (await this.#exchange.sender.write(content.kind, bytes)).clientId
    })
  }

  /** Remembers what was read, and soon tells the other members and own devices unless `isSecret`. Earlier messages than the last one that was read change nothing. */
  async markRead(id: MessageId, { isSecret = false } = {}): Promise<void> {
    if (!(await this.#exchange.inTurn(() => this.#history.readUpTo(id)))) return
    if (!isSecret && !this.isRequest) this.#reading.mark(id)
    this.#listener.changed?.(this)
  }

  async set(settings: Partial<Pick<Settings, 'draft' | 'isMuted' | 'title'>>): Promise<void> {
    await this.#exchange.inTurn(async () => {
      await this.#history.set(settings)
      await this.#history.tidy()
    })
    this.#listener.changed?.(this)
  }

  /** Accepts a request of a stranger. */
  async accept(): Promise<void> {
    await this.#exchange.inTurn(() => this.#history.set({ isAccepted: true }))
    this.#listener.changed?.(this)
  }

  /**
   * Changes a closed group in one commit. Resolves once the group is so. Rejects with `not-allowed`, `no-devices`, `bad-argument`, `bad-policy`, `removed`, and with `closed`: then it is tried again at the next start.
   */
  change({ policy, ...persons }: ChangeOfGroup): Promise<void> {
    const { changes } = membershipOf(this.#exchange)
    return changes.change({ ...persons, policy: policy ? encodePolicy(policy) : null })
  }

  /** Leaves a closed group, with all devices of this person. Resolves once that is written down; the others' next commit makes it so. */
  async leave(): Promise<void> {
    const membership = membershipOf(this.#exchange)
    await this.#exchange.inTurn(() => this.#history.set({ isLeaving: true }))
    this.#listener.changed?.(this)
    membership.changes.advance()
  }

  /** Tells those who are there. It may get lost. */
  async show(what: Presence): Promise<void> {
    const { own, ports, credential, signer } = this.#given
    const key = await presenceKey(this.id, this.#share, this.#exchange)
    if (!key || this.isRequest || this.state !== 'member') return
    const device = this.#share ? credential : own.hash
    const nonce = ports.random.bytes(NONCE_BYTES)
    this.#exchange.sendVolatile(sealPresence(key, what, ports.clock.unixMs(), device, signer, nonce))
  }

  /** For what acts on a conversation as a whole: its removal, and copies of its history. `linkSecret`: of the room of a share. */
  get internals(): {
    readonly exchange: Exchange
    readonly history: History
    readonly linkSecret: Uint8Array | null
  } {
    return { exchange: this.#exchange, history: this.#history, linkSecret: this.#room.linkSecret }
  }

  /** Resolves once it writes nothing any more. */
  close(): Promise<void> {
    this.#reading.close()
    return this.#exchange.close()
  }

  async #heard(bytes: Uint8Array): Promise<void> {
    const key = await presenceKey(this.id, this.#share, this.#exchange)
    if (!key) return
    const opened = openPresence(key, bytes, this.#given.ports.clock.unixMs(), named =>
      this.#share
        ? readCredential(named)
        : (this.members.find(({ hash }) => equalBytes(hash, named)) ?? null),
    )
    if (!opened || isBlocked(this.#given, opened.device.did)) return
    this.#listener.presence?.(this, opened.device.did, opened.what)
  }
}

function isBlocked({ ports }: Given, did: string): boolean {
  return ports.people.known(did)?.isBlocked ?? false
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
  for await (const part of conversation.parts()) {
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

/** Returns null if this device is not a member. */
async function presenceKey(
  room: Uint8Array,
  share: ShareRoom | null,
  { membership }: Exchange,
): Promise<PresenceKey | null> {
  if (share) return { key: share.volatileKey, room }
  const group = membership?.group
  if (!group?.isMember) return null
  return { key: await group.export(VOLATILE_LABEL, room, VOLATILE_KEY_BYTES), room }
}
