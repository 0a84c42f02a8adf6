/**
 * The room of a share as somebody visits it who has only its link: no account, no journal, and no
 * code of MLS. Without any I/O of its own.
 */
import { type ClientOptions, type RoomError, roomId } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import {
  type Content,
  encodeContent,
  type MessageId,
  readContent,
  type Shown,
  Timeline,
  unverifiedName,
} from '../conversations/index.ts'
import type { Place, RoomEntry } from '../device/ports.ts'
import { HubRoom } from '../hub/hub-room.ts'
import { RoomsLink } from '../hub/rooms-link.ts'
import { type RoomMessage, ShareRoom, type ShareRoomWriter } from '../share-rooms/share-room.ts'

/** Most messages in memory: a room with more needs a node or the chat app. */
const MAX_MESSAGES = 5000
/** Changes within this time are shown together. */
const CHANGE_MS = 50
/** Entries that are verified in one go; then others get a turn. */
const AT_ONCE = 8
/** Most parents of a new message. */
const PARENTS = 4

export interface Visitor extends Pick<ShareRoomWriter, 'credential' | 'signer'> {
  readonly did: string
}

export interface VisitOptions extends Omit<ClientOptions, 'inboxSince'> {
  /** See `roomSecretOf`. 32 bytes. */
  readonly secret: Uint8Array
  readonly visitor: Visitor
  /** Called soon after changes of what the visit shows, and at once when it sends. */
  readonly onChange: () => void
}

export interface VisitMessage extends Shown {
  readonly isOwn: boolean
  /** The name of the sender, with the end of the DID. Null if there is none. */
  readonly by: string | null
  /** `failed`: the hub has refused it. */
  readonly delivery: 'waiting' | 'delivered' | 'failed'
}

export interface VisitProblem {
  readonly code: string
  readonly message: string
}

/** `away`: it connects again by itself. `ended`: it does not; `problem` says why. */
export type VisitState = 'connecting' | 'open' | 'away' | 'ended'

export class RoomVisit {
  readonly #options: VisitOptions
  readonly #share: ShareRoom
  readonly #id: Uint8Array
  readonly #link: RoomsLink
  readonly #room: HubRoom
  readonly #timeline = new Timeline({ isAdmin: () => false })
  readonly #failed = new Set<string>()
  /** Messages that were added, also reactions and changes, in Latin-1. */
  readonly #known = new Set<string>()
  /** Number of the oldest entry that was read. */
  #oldest = Number.POSITIVE_INFINITY
  #newest: Place
  #state: VisitState = 'connecting'
  #problem: VisitProblem | null = null
  /** Proved by two heads that the hub signed. It stays. */
  #fork: VisitProblem | null = null
  #readsOlder = false
  #askedForOlder: (() => void) | null = null
  #reading: Promise<void> = Promise.resolve()
  #cancelChange: (() => void) | null = null
  #isClosed = false

  /** Connects at once, and creates the room if the hub does not have it. */
  constructor(options: VisitOptions) {
    const { secret, visitor: _, onChange: __, ...client } = options
    this.#options = options
    this.#share = new ShareRoom(secret)
    this.#id = roomId(this.#share.name)
    this.#newest = { sequence: 0, hash: this.#id }
    this.#link = new RoomsLink(client, {
      connected: () => this.#become('open'),
      disconnected: () => this.#become('away'),
      ended: error => this.#end(error),
    })
    const { name, accessSecret } = this.#share
    this.#room = new HubRoom(
      this.#link,
      { id: this.#id, name, accessSecrets: [accessSecret], home: '', creates: true, after: this.#newest },
      {
        entries: entries => this.#take(entries),
        ready: () => this.#untilAsked(),
        trimmed() {},
        volatile() {},
        problem: error => {
          if (error.proof) this.#fork ??= error
          else this.#problem = error
          this.#changed()
        },
      },
      { clock: options.clock, kept: { read: async () => [], keep() {} } },
    )
  }

  get state(): VisitState {
    return this.#state
  }

  /**
   * The last fault of the hub, or why the visit has ended. `forked-log`: the hub has shown
   * different logs, which two signed heads prove.
   */
  get problem(): VisitProblem | null {
    return this.#fork ?? this.#problem
  }

  /** Whether the hub has earlier messages that can be read. */
  get hasOlder(): boolean {
    return this.#askedForOlder !== null && !this.isTooLarge
  }

  /** Whether the room has more messages than a visit holds. */
  get isTooLarge(): boolean {
    const isGap = this.#askedForOlder !== null
    return this.#known.size >= MAX_MESSAGES || (isGap && this.#oldest + this.#known.size > MAX_MESSAGES)
  }

  /** Oldest first. */
  get messages(): readonly VisitMessage[] {
    const { did } = this.#options.visitor
    return this.#timeline.shown.map(shown => ({
      ...shown,
      isOwn: shown.sender === did,
      by: unverifiedName(shown),
      delivery: this.#failed.has(latin1(shown.id))
        ? 'failed'
        : shown.sequence === null
          ? 'waiting'
          : 'delivered',
    }))
  }

  /** Reads all earlier messages. */
  readOlder(): void {
    this.#readsOlder = true
    this.#askedForOlder?.()
    this.#askedForOlder = null
    this.#changed()
  }

  /**
   * Sends a text. It is shown at once, and sent when the hub is connected. Throws `bad-argument`
   * for a text outside the limits.
   */
  send(text: string, name: string): MessageId {
    if (this.#isClosed) throw new ChatError('closed', 'This room was closed.')
    const { random, clock, visitor } = this.#options
    const content: Content = {
      ...{ kind: 'text', text, replyTo: null, mentions: [], files: [] },
      ...(name.trim() !== '' && { name: name.trim() }),
    }
    const clientId = random.bytes(16)
    const { sequence, hash } = this.#newest
    const parents = this.#timeline.newest(PARENTS)
    const sentMs = Math.floor(clock.unixMs())
    const bytes = this.#share.write(
      { room: this.#id, clientId },
      {
        ...{ parents, sentMs, kind: content.kind, content: encodeContent(content) },
        logHead: sequence > 0 ? { sequence, hash } : null,
      },
      { ...visitor, randomBytes: length => random.bytes(length) },
    )
    this.#timeline.add({
      ...{ id: clientId, sender: visitor.did, sequence: null, parents, seen: sequence, sentMs, content },
    })
    this.#known.add(latin1(clientId))
    this.#tell()
    // Its place comes with the log.
    this.#room.append(clientId, bytes).catch(error => {
      if ((error as RoomError).code === 'closed') return
      this.#failed.add(latin1(clientId))
      const { code, message } = error as RoomError
      this.#problem = { code, message }
      this.#changed()
    })
    return clientId
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#cancelChange?.()
    this.#askedForOlder?.()
    this.#room.close()
    this.#link.close()
  }

  #become(state: VisitState): void {
    this.#state = state
    this.#changed()
  }

  #end(error: RoomError): void {
    this.#problem = { code: error.code, message: error.message }
    this.#become('ended')
  }

  #untilAsked(): Promise<void> {
    if (this.#isClosed || this.#readsOlder) return Promise.resolve()
    return new Promise(resolve => {
      this.#askedForOlder = resolve
      this.#changed()
    })
  }

  /** Verifies entries in turn. Never rejects: what cannot be read is left out. */
  #take(entries: readonly RoomEntry[]): Promise<void> {
    for (const { place } of entries) if (place) this.#note(place)
    this.#reading = this.#reading.then(() => this.#readAll(entries))
    return this.#reading
  }

  #note(place: Place): void {
    this.#oldest = Math.min(this.#oldest, place.sequence)
    if (place.sequence > this.#newest.sequence) this.#newest = place
  }

  async #readAll(entries: readonly RoomEntry[]): Promise<void> {
    for (let at = 0; at < entries.length && !this.#isClosed; at += AT_ONCE) {
      for (const entry of entries.slice(at, at + AT_ONCE)) this.#read(entry)
      this.#changed()
      if (at + AT_ONCE < entries.length)
        await new Promise<void>(resolve => void this.#options.clock.after(0, resolve))
    }
  }

  #read({ clientId, bytes, place }: RoomEntry): void {
    const key = latin1(clientId)
    // Own messages get their place also in a room that is too large.
    if (this.#known.size >= MAX_MESSAGES && !this.#known.has(key)) return
    const message = this.#open(clientId, bytes)
    if (!message) return
    const { sender, parents, logHead, sentMs, kind, content } = message
    this.#known.add(key)
    this.#timeline.add({
      ...{ id: clientId, sender: sender.did, sequence: place?.sequence ?? null, parents, sentMs },
      ...{ seen: logHead?.sequence ?? 0, content: readContent(kind, content) },
    })
  }

  /** Returns null for what was not written with the link, or by a newer program. */
  #open(clientId: Uint8Array, bytes: Uint8Array): RoomMessage | null {
    try {
      const message = this.#share.read({ room: this.#id, clientId }, bytes)
      if (message) readContent(message.kind, message.content)
      return message
    } catch {
      return null
    }
  }

  #changed(): void {
    if (this.#isClosed) return
    this.#cancelChange ??= this.#options.clock.after(CHANGE_MS, () => this.#tell())
  }

  #tell(): void {
    this.#cancelChange?.()
    this.#cancelChange = null
    if (!this.#isClosed) this.#options.onChange()
  }
}
