/**
 * The chat of one device: all its conversations, its key packages, and incoming invitations. Its
 * external dependencies are ports.
 */

import { KeyPair } from '@shoal/identity'
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { splitWords } from '@shoal/network/words'
import { delay, equalBytes, latin1 } from '@shoal/torrent/base'
import { openSuite } from '#open-suite'
import { ChatError } from '../chat-error.ts'
import type { Shown } from '../conversations/index.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import type { OwnDevice } from '../groups/key-packages.ts'
import type { GroupPolicy } from '../groups/policy.ts'
import type { Suite } from '../groups/suite.ts'
import { ShareRoom } from '../share-rooms/share-room.ts'
import { Conversation, type ConversationListener } from './conversation.ts'
import { type Given, type RoomRecord, readRoomRecord, writeForgotten, writeRoomRecord } from './given.ts'
import { journalOf } from './history.ts'
import { HistoryCopies } from './history-copies.ts'
import { HistoryTransfer, type TransferProgress } from './history-transfer.ts'
import { readInvitation } from './invitation.ts'
import { ONE_TIME_KEYS, OwnKeys } from './own-keys.ts'
import type { ChatPorts, ChatRoomName, InboxEntry, Journal, KnownPerson } from './ports.ts'
import { type ReportedMessage, readReport, verifyReport } from './report.ts'
import { readRequest } from './return-request.ts'
import { type OpenedNote, openNote, sealNote, signalKey, signalReceiver } from './sealed-note.ts'
import { otherOwnDevices, sendNotes } from './send-notes.ts'

/** Most pending requests from strangers; further ones are refused. */
const MAX_REQUESTS = 64
const PAGE_MESSAGES = 128
/** Delay before a device that cannot announce itself retries; it doubles. */
const ANNOUNCE_MS = { first: 1000, longest: 3_600_000 }
/** Most conversations: the number that a hub's client can follow. */
const MAX_CONVERSATIONS = 1000

export interface ChatListener extends ConversationListener {
  /** A journal cannot be written: the chat has ended, and nothing more is sent. */
  failed?(error: unknown): void
  /** A conversation was forgotten, or this device could not join it. */
  removed?(conversation: Conversation): void
  /** A history is transferred to or from another own device. */
  transferred?(progress: TransferProgress): void
  /**
   * Another device wants to connect directly, or answers: see `ChatDevice.signal`. Any device can
   * send that.
   */
  signal?(from: GroupDevice, fields: Uint8Array): void
}

export interface ChatOptions {
  readonly ports: ChatPorts
  readonly device: OwnDevice
  readonly listener?: ChatListener
  /** Default: `openSuite()`. */
  readonly suite?: Suite
  /** Number of one-time key packages to keep published, 2 to 128. Default: 32. */
  readonly oneTimeKeys?: number
  /**
   * Messages of a conversation that are read at once; at most twice as many stay in memory, besides
   * own pending ones. Default: 128.
   */
  readonly pageMessages?: number
}

export interface NewGroup {
  /** Location of its room: see `RoomToFollow`. */
  readonly home: string
  readonly name: string
  readonly membersAdd?: boolean
  readonly allowed?: readonly string[] | null
  readonly slowSeconds?: number
}

export interface Found {
  readonly conversation: Conversation
  readonly message: Shown
}

export class ChatDevice {
  readonly #given: Given
  readonly #messageSeed: Uint8Array
  readonly #journal: Journal
  readonly #listener: ChatListener
  /** Copies of the history, for files. */
  readonly histories: HistoryCopies
  /** Transfers the history to a new device. */
  readonly transfer: HistoryTransfer
  readonly #conversations = new Map<string, Conversation>()
  readonly #stops: (() => void)[] = []
  #last: Promise<unknown> = Promise.resolve()
  readonly #closing = new AbortController()

  /**
   * Restores everything from the journals, and connects. Rejects with `bad-argument` if a journal
   * is damaged, `bad-credential`.
   */
  static async open({
    ports,
    device,
    listener = {},
    suite,
    oneTimeKeys = ONE_TIME_KEYS,
    pageMessages = PAGE_MESSAGES,
  }: ChatOptions): Promise<ChatDevice> {
    const { credential, messageKey } = device
    if (!Number.isInteger(oneTimeKeys) || oneTimeKeys < 2 || oneTimeKeys > 128)
      throw new ChatError('bad-argument', 'A device keeps 2 to 128 one-time key packages published.')
    if (credential.credentialType !== 'basic')
      throw new ChatError('bad-credential', 'The credential is of another kind.')
    let failed = (_error: unknown): void => {}
    const checked = <T>(writing: Promise<T>) =>
      writing.catch((error: unknown) => {
        failed(error)
        // Nothing that depends on it may run.
        return new Promise<T>(() => {})
      })
    // The journals of a conversation that this device rejoins are open.
    const opened = new Map<string, Promise<Journal>>()
    const openJournal = (name: string): Promise<Journal> => {
      const opening =
        opened.get(name) ??
        ports.journals.open(name).then(journal => ({
          append: record => checked(journal.append(record)),
          replace: records => checked(journal.replace(records)),
          read: () => journal.read(),
        }))
      opened.set(name, opening)
      return opening
    }
    const journals = {
      open: openJournal,
      remove: (name: string) => {
        opened.delete(name)
        return checked(ports.journals.remove(name))
      },
    }
    const guarded = { ...ports, journals }
    const used = suite ?? (await openSuite())
    const keys = await OwnKeys.open(guarded, used, device, oneTimeKeys)
    const given: Given = {
      ...{ ports: guarded, suite: used, keys, openJournal, pageMessages },
      own: readCredential(credential.identity),
      credential: credential.identity,
      signer: new KeyPair(messageKey.seed),
      groupOwner: journal => ({
        ...{ suite: used, device, journal },
        now: () => Math.floor(ports.clock.unixMs() / 1000),
        randomBytes: length => ports.random.bytes(length),
      }),
    }
    const chat = new ChatDevice(given, messageKey.seed, await openJournal('conversations'), listener)
    failed = error => {
      chat.close()
      listener.failed?.(error)
    }
    await chat.#restore()
    return chat
  }

  private constructor(given: Given, messageSeed: Uint8Array, journal: Journal, listener: ChatListener) {
    this.#given = given
    this.#messageSeed = messageSeed
    this.#journal = journal
    this.#listener = listener
    this.histories = new HistoryCopies(given, {
      conversations: () => this.conversations,
      joinShareRoom: (home, secret) => this.joinShareRoom(home, secret),
    })
    this.transfer = new HistoryTransfer(given, this.histories, {
      changed: progress => listener.transferred?.(progress),
      sent: () => {
        for (const { internals } of this.#conversations.values())
          internals.exchange.membership?.changes.peopleChanged()
      },
    })
  }

  get conversations(): readonly Conversation[] {
    return [...this.#conversations.values()]
  }

  /** Total of unread messages that are not muted, and of mentions. */
  get unread(): { readonly messages: number; readonly mentions: number } {
    let [messages, mentions] = [0, 0]
    for (const { unread, settings, isRequest } of this.#conversations.values()) {
      if (isRequest) continue
      if (!settings.isMuted) messages += unread.messages
      mentions += unread.mentions
    }
    return { messages, mentions }
  }

  /** Creates a closed group with this person as admin; `Conversation.change` adds others. */
  createGroup({
    home,
    name,
    membersAdd = false,
    allowed = null,
    slowSeconds = 0,
  }: NewGroup): Promise<Conversation> {
    const admins = [this.#given.own.did]
    return this.#create(home, { name, admins, membersAdd, allowed, slowSeconds })
  }

  /** Returns the private conversation with a person, or null. */
  findPrivate(did: string): Conversation | null {
    const found = this.conversations.find(
      ({ kind, state, policy }) => kind === 'private' && state === 'member' && policy!.admins.includes(did),
    )
    return found ?? null
  }

  /**
   * Creates a private conversation, or returns the existing one. Rejects like
   * `Conversation.change`.
   */
  async createPrivate(home: string, did: string): Promise<Conversation> {
    const both = [this.#given.own.did, did]
    if (both[0] === did)
      throw new ChatError('bad-argument', 'A private conversation needs another person.', {
        field: 'person',
      })
    const known = this.findPrivate(did)
    const conversation =
      known ??
      (await this.#create(home, {
        ...{ name: '', admins: both, membersAdd: false, allowed: both, slowSeconds: 0 },
      }))
    if (conversation.members.some(member => member.did === did)) return conversation
    try {
      await conversation.change({ add: [did] })
    } catch (error) {
      // No one else knows about it yet.
      if (!known && (error as ChatError).code !== 'closed') await this.forget(conversation)
      throw error
    }
    return conversation
  }

  /** Returns a new secret for the link of a share: 32 random bytes. */
  randomSecret(): Uint8Array {
    return this.#given.ports.random.bytes(32)
  }

  /** Joins the room of a share by its link's secret, or returns it if it was joined before. */
  joinShareRoom(home: string, linkSecret: Uint8Array): Promise<Conversation> {
    const { name, accessSecret } = new ShareRoom(linkSecret)
    return this.#inTurn(async () => {
      const id = this.#given.ports.rooms.idOf(name)
      const known = this.#conversations.get(latin1(id))
      if (known) return known
      this.#checkRoom()
      return this.#begin(this.#record(name, accessSecret, home, { linkSecret, creates: true }))
    })
  }

  /** Forgets a conversation with its messages and keys. Leave closed groups before. */
  async forget(conversation: Conversation): Promise<void> {
    await this.#inTurn(async () => {
      // An invitation may have replaced it with another one that uses the same journals.
      const current = this.#conversations.get(latin1(conversation.id))
      if (current) await this.#drop(current)
    })
  }

  /**
   * Finds messages that contain all words, the last one also as a prefix. Newest first, at most
   * `limit`. `within`: in this conversation only.
   */
  async search(
    text: string,
    { limit = 100, within }: { readonly limit?: number; readonly within?: Conversation } = {},
  ): Promise<readonly Found[]> {
    const words = splitWords(text)
    const open = words.at(-1)
    if (open === undefined) return []
    const found: Found[] = []
    for (const conversation of within ? [within] : this.#conversations.values()) {
      for await (const part of conversation.reader.parts())
        for (const message of part) {
          if (message.text === '') continue
          const own = splitWords(message.text)
          const isFound = words.every(word =>
            own.some(each => each === word || (word === open && each.startsWith(word))),
          )
          if (isFound) found.push({ conversation, message })
          if (found.length > 2 * limit) keepNewest(found, limit)
        }
    }
    keepNewest(found, limit)
    return found
  }

  /**
   * Verifies a report against the log that this device has read. Rejects with `bad-report` if the
   * device that it names did not send that message there, and `bad-argument` if this device does
   * not have the entry: the operator of the hub can verify it with `verifyReport` and the entry.
   */
  async verifyReport(text: string): Promise<ReportedMessage> {
    const { room, clientId } = readReport(text)
    const known = await this.#conversations.get(latin1(room))?.reader.report(clientId)
    if (!known)
      throw new ChatError(
        'bad-argument',
        'This device has not read the entry that was reported: ask a member.',
      )
    return verifyReport(text, known.commitment)
  }

  /**
   * Announces this device to the person's other devices, so that they add it to groups soon. Does
   * nothing once it is in one. Resolves when they have its note, or after `close`.
   */
  async announce(home: string): Promise<void> {
    const { clock, keyPackages } = this.#given.ports
    const { signal } = this.#closing
    for (let pauseMs = ANNOUNCE_MS.first; ; pauseMs = Math.min(2 * pauseMs, ANNOUNCE_MS.longest)) {
      if (signal.aborted || this.conversations.some(({ kind }) => kind !== 'share')) return
      try {
        // It cannot be added without key packages.
        const { oneTime } = await keyPackages.own()
        const others = oneTime > 0 ? await otherOwnDevices(this.#given, home) : null
        if (others) return await sendNotes(this.#given, home, 'device', encodeCbor([]), others)
      } catch {
        // The hub is unavailable.
      }
      await delay(clock, pauseMs, signal).catch(() => {})
    }
  }

  /**
   * Sends signaling for a direct connection to another device of a group, sealed, through its inbox
   * at the hub `home`. Resolves and rejects like `Inboxes.deliver`. `clientId`: the inbox accepts
   * it only once until the device has read it.
   */
  async signal(
    to: GroupDevice,
    home: string,
    clientId: Uint8Array,
    fields: Uint8Array,
  ): Promise<'delivered' | 'refused'> {
    const { suite, ports } = this.#given
    const note = await sealNote(suite, 'signal', signalReceiver(to), fields, this.#given)
    return ports.inboxes.deliver({ did: to.did, device: to.hash }, home, clientId, note)
  }

  /** Stops everything. Unacknowledged entries are sent at the next start. Idempotent. */
  close(): void {
    this.#closing.abort(new ChatError('closed', 'The chat was closed.'))
    this.transfer.close()
    for (const stop of this.#stops.splice(0)) stop()
    this.#given.keys.close()
    for (const conversation of this.#conversations.values()) void conversation.close()
  }

  async #restore(): Promise<void> {
    const rooms = new Map<string, RoomRecord>()
    for await (const record of this.#journal.read()) {
      const room = readRoomRecord(record)
      if (room instanceof Uint8Array) rooms.delete(latin1(room))
      else rooms.set(latin1(room.id), room)
    }
    await this.#journal.replace([...rooms.values()].map(writeRoomRecord))
    const { ports, keys } = this.#given
    for (const room of rooms.values()) {
      const conversation = await this.#open(room)
      this.#conversations.set(latin1(room.id), conversation)
      // It crashed before the group was created.
      if (conversation.state === 'joining' && !room.welcome) await this.#drop(conversation)
    }
    for (const conversation of this.#conversations.values()) await conversation.start()
    await this.histories.open()
    this.#stops.push(
      ports.inboxes.listen(entry => this.#received(entry)),
      ports.people.listen(() => {
        for (const conversation of this.#conversations.values()) {
          const { exchange, history } = conversation.internals
          exchange.membership?.changes.peopleChanged()
          history.messages.touched.addAll()
          this.#listener.changed?.(conversation)
        }
      }),
    )
    keys.start()
  }

  #open(room: RoomRecord, policy: GroupPolicy | null = null): Promise<Conversation> {
    const abandon = (conversation: Conversation) =>
      void this.#inTurn(async () => {
        if (this.#conversations.get(latin1(conversation.id)) === conversation) await this.#drop(conversation)
      }).catch(() => {})
    const to = this.#listener
    const listener: ConversationListener = {
      changed: conversation => {
        if (conversation.state === 'member') this.histories.joined(conversation)
        to.changed?.(conversation)
      },
      arrived: (conversation, id) => to.arrived?.(conversation, id),
      presence: (conversation, did, what) => to.presence?.(conversation, did, what),
      problem: (conversation, error) => to.problem?.(conversation, error),
    }
    return Conversation.open(this.#given, room, listener, abandon, policy)
  }

  async #create(home: string, policy: GroupPolicy): Promise<Conversation> {
    return this.#inTurn(async () => {
      this.#checkRoom()
      const { own, ports } = this.#given
      const name: ChatRoomName = { creator: own.did, salt: ports.random.bytes(32), kind: 'group' }
      const room = this.#record(name, ports.random.bytes(32), home, { creates: true })
      return this.#begin(room, policy)
    })
  }

  #record(
    name: ChatRoomName,
    accessSecret: Uint8Array,
    home: string,
    changes: Partial<RoomRecord>,
  ): RoomRecord {
    const id = this.#given.ports.rooms.idOf(name)
    const after = { sequence: 0, hash: id }
    return {
      id,
      name,
      accessSecret,
      accessEpoch: 0,
      linkSecret: null,
      home,
      creates: false,
      after,
      welcome: null,
      ...changes,
    }
  }

  async #begin(room: RoomRecord, policy: GroupPolicy | null = null): Promise<Conversation> {
    await this.#journal.append(writeRoomRecord(room))
    const conversation = await this.#open(room, policy)
    this.#conversations.set(latin1(room.id), conversation)
    await conversation.start()
    this.#listener.changed?.(conversation)
    return conversation
  }

  /** Handles an inbox entry; anything but a valid note is dropped. */
  async #received({ home, bytes }: InboxEntry): Promise<void> {
    const { suite, keys, own } = this.#given
    try {
      const note = await openNote(suite, bytes, (kind, ref) => {
        if (kind !== 'signal') return keys.find(ref)?.keys.initPrivateKey ?? null
        return equalBytes(ref, own.hash) ? signalKey(this.#messageSeed) : null
      })
      if (note.kind === 'signal') return this.#listener.signal?.(note.from, note.fields)
      if (note.kind === 'invitation') return await this.#invited(home, note)
      if (note.kind === 'history') this.transfer.receive(note, home)
      // The hub's device list of the person counts, whatever the note says.
      else if (note.kind === 'device') await this.#announced(note.from.did, home)
      else {
        const asked = this.#conversations.get(latin1(readRequest(note.fields)))
        await asked?.internals.exchange.membership?.changes.takeBack(note.from)
      }
      await keys.used(note.ref)
    } catch (error) {
      // This device was closed before it could handle the entry: it has to be delivered again.
      if (!(error instanceof ChatError) || error.code === 'closed') throw error
    }
  }

  /** Another device of this person now has key packages. */
  async #announced(did: string, home: string): Promise<void> {
    const { own, ports } = this.#given
    if (did !== own.did) return
    await ports.people.find(did, home)
    for (const { internals } of this.conversations) internals.exchange.membership?.changes.peopleChanged()
  }

  async #invited(home: string, { fields, from, ref }: OpenedNote): Promise<void> {
    const { ports } = this.#given
    // A device thief has its credential, with an old list.
    if (!isListed(from, ports.people.known(from.did))) return
    const { name, accessSecret, accessEpoch, place, welcomeId, welcomeKey } = readInvitation(fields)
    const welcome = { id: welcomeId, key: welcomeKey, ref, from: from.hash, did: from.did }
    // The inbox determines where the room is, not the inviter, who could name an address of their
    // own.
    const room = this.#record(name, accessSecret, home, { accessEpoch, after: place, welcome })
    // A member may have been removed and added again: the log shows that, or that the invitation is
    // false.
    while (!(await this.#inTurn(() => this.#follow(room, from.did))))
      await this.#conversations.get(latin1(room.id))?.reach(place.sequence)
  }

  /**
   * Joins a group to which this device was invited. Returns false if it has to read the log up to
   * there first.
   */
  async #follow(room: RoomRecord, from: string): Promise<boolean> {
    const known = this.#conversations.get(latin1(room.id))
    if (known) {
      if (room.after.sequence <= known.through.sequence) return true
      const { exchange } = known.internals
      // An earlier invitation may be making it a member right now: two conversations must not write
      // the same journals.
      const isFree = await exchange.inTurn(async () => {
        if (exchange.membership?.group?.isMember) return false
        void known.close()
        return true
      })
      if (!isFree) return false
    } else if (!this.#mayInvite(from)) return true
    await this.#begin(room)
    return true
  }

  #mayInvite(did: string): boolean {
    const person = this.#given.ports.people.known(did)
    if (person?.isBlocked || this.#conversations.size >= MAX_CONVERSATIONS) return false
    if (person?.isContact || did === this.#given.own.did) return true
    return this.conversations.filter(({ isRequest }) => isRequest).length < MAX_REQUESTS
  }

  async #drop(conversation: Conversation): Promise<void> {
    const { id, internals } = conversation
    const closed = conversation.close()
    this.#conversations.delete(latin1(id))
    await this.#journal.append(writeForgotten(id))
    // It may be writing right now.
    await closed
    const ownNames = (['history', 'keys'] as const).map(kind => journalOf(kind, id))
    const { journals } = this.#given.ports
    for (const name of [...internals.history.messages.journals, ...ownNames]) await journals.remove(name)
    await this.#given.ports.rooms.forget(id)
    this.#listener.removed?.(conversation)
  }

  #checkRoom(): void {
    this.#closing.signal.throwIfAborted()
    if (this.#conversations.size >= MAX_CONVERSATIONS)
      throw new ChatError(
        'not-allowed',
        `A device has at most ${MAX_CONVERSATIONS} conversations: forget some.`,
      )
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    this.#last = result.catch(() => {})
    return result
  }
}

/** Returns false if the person's newest list lacks the device. */
function isListed({ hash, lists }: GroupDevice, person: KnownPerson | null): boolean {
  const list = person?.list?.list
  if (!list || list.sequence < lists.at(-1)!.list.sequence) return true
  return list.devices.some(each => equalBytes(each, hash))
}

function keepNewest(found: Found[], limit: number): void {
  found.sort((one, other) => other.message.sentMs - one.message.sentMs)
  found.splice(limit)
}
