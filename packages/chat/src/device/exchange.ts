/**
 * Exchanges entries between a conversation and its room: reads the log in order, opens each message
 * once, and sends those of this device.
 */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { MessageId } from '../conversations/index.ts'
import { type Envelope, kindOf, readEnvelope } from '../envelope/envelope.ts'
import type { ShareRoom } from '../share-rooms/share-room.ts'
import type { Given, RoomRecord } from './given.ts'
import type { History } from './history.ts'
import type { Kept } from './kept-messages.ts'
import { LogOrder, type PlacedEntry } from './log-order.ts'
import { Membership } from './membership.ts'
import { envelopeOf, type FreshEntry, freshOf, MessageOpener } from './message-opener.ts'
import { MessageSender } from './message-sender.ts'
import type { Place, RoomCarrier, RoomEntry, RoomProblem } from './ports.ts'

/** Entries of a long log buffered before older ones are read. */
const MAX_HELD = 500
/** Time slice for reading entries, after which the rest of the program gets its turn. */
const TURN_MS = 16
const NO_BYTES = new Uint8Array()

export interface ExchangeOwner {
  changed(): void
  problem(error: RoomProblem): void
  volatile(bytes: Uint8Array): void
  /** Another person's text was stored. */
  arrived(id: MessageId): void
  /** This device cannot join. */
  failedToJoin(): void
  /** Whether to hide that this device has seen the conversation. */
  isHidden(): boolean
}

export class Exchange {
  readonly #given: Given
  readonly #room: RoomRecord
  readonly #history: History
  readonly #owner: ExchangeOwner
  readonly #log: LogOrder
  readonly #opener: MessageOpener
  readonly sender: MessageSender
  #membership: Membership | null = null
  #carrier: RoomCarrier | null = null
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  /** `share`: for the room of a share. */
  static async open(
    ...[given, room, history, share, owner]: [Given, RoomRecord, History, ShareRoom | null, ExchangeOwner]
  ): Promise<Exchange> {
    const exchange = new Exchange(given, room, history, share, owner)
    if (share) return exchange
    exchange.#membership = await Membership.open(given, room, {
      history,
      inTurn: run => exchange.inTurn(run),
      post: (clientId, bytes) => exchange.#post(clientId, bytes),
      changed: () => {
        // Deletions by a present or former admin may have become valid or invalid.
        history.messages.touched.addAll()
        exchange.#changed()
      },
      renewed: withinMs => exchange.#carrier?.renew(exchange.#accessSecrets, withinMs),
      problem: error => exchange.#problem(error),
    })
    return exchange
  }

  private constructor(
    ...[given, room, history, share, owner]: [Given, RoomRecord, History, ShareRoom | null, ExchangeOwner]
  ) {
    this.#given = given
    this.#room = room
    this.#history = history
    this.#owner = owner
    const through = history.through
    this.#log = new LogOrder(through && through.sequence > room.after.sequence ? through : room.after)
    this.#opener = new MessageOpener({
      ...{ room: room.id, did: given.own.did, share, history, log: this.#log, owner },
      membership: () => this.#membership,
      refuse: error => this.#refuse(error),
      heard: async devices => {
        for (const device of devices) await history.signs.heard(device, given.ports.clock.unixMs())
      },
    })
    this.sender = new MessageSender({
      ...{ given, room: room.id, share, history },
      membership: () => this.#membership,
      through: () => this.#log.through,
      inTurn: run => this.inTurn(run),
      post: (clientId, bytes) => this.#post(clientId, bytes),
      changed: () => this.#changed(),
      problem: error => this.#problem(error),
    })
  }

  /** Null for the room of a share. */
  get membership(): Membership | null {
    return this.#membership
  }

  /** Position up to which the log was read. */
  get through(): Place {
    return this.#log.through
  }

  /** Whether this device was removed. */
  get isOver(): boolean {
    const group = this.#membership?.group
    return group ? !group.isMember : false
  }

  /** Follows the room, and sends pending messages. */
  async start(): Promise<void> {
    if (this.isOver) return
    this.#follow()
    await this.#membership?.start()
  }

  /**
   * Resolves once the log was read up to this position, or this device is not a member. Rejects
   * with `closed`.
   */
  async reach(sequence: number): Promise<void> {
    if (this.#isClosed) throw closed()
    const isJoining = this.#membership && !this.#membership.group
    if (this.through.sequence >= sequence || this.isOver || isJoining) return
    return this.#log.reach(sequence)
  }

  sendVolatile(bytes: Uint8Array): void {
    this.#carrier?.sendVolatile(bytes)
  }

  /** The hub's signed head of the log, to show to other members. */
  get head(): Uint8Array | null {
    return this.#carrier?.head() ?? null
  }

  /** Another member shows the hub's signed head of its log. */
  compareHead(signed: Uint8Array): void {
    this.#carrier?.compareHead(signed, sequence => this.#log.hashOf(sequence))
  }

  /** Runs after all work started before. Rejects with `closed`. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      if (this.#isClosed) throw closed()
      return run()
    })
    this.#last = result.catch(() => {})
    return result
  }

  /** Idempotent. Resolves once it no longer writes to the journals. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#carrier?.close()
      this.#membership?.close()
      this.#log.close(closed())
    }
    await this.#last
  }

  get #accessSecrets(): readonly Uint8Array[] {
    return this.#membership?.accessSecrets ?? [this.#room.accessSecret]
  }

  #follow(): void {
    const { id, name, home, creates } = this.#room
    const accessSecrets = this.#accessSecrets
    this.#carrier = this.#given.ports.rooms.follow(
      { id, name, accessSecrets, home, creates, after: this.#log.through },
      {
        entries: entries => this.#entries(entries),
        // The welcome may be among the new entries.
        ready: async () => {
          if (!this.#membership || this.#membership.group) await this.#log.hasRoom(MAX_HELD)
        },
        trimmed: (from, to) => {
          this.#log.trimmed(from, to)
          void this.inTurn(() => this.#drain()).catch(() => {})
        },
        volatile: bytes => this.#owner.volatile(bytes),
        problem: error => this.#owner.problem(error),
        direct: {
          take: (clientId, bytes, keep) => this.#takeDirect({ clientId, bytes, place: null }, keep),
          meets: device => !this.isOver && !this.#owner.isHidden() && (this.#membership?.has(device) ?? true),
          received: clientId => {
            const { outgoing, touched } = this.#history.messages
            if (!outgoing.received(clientId)) return
            touched.add(clientId)
            this.#changed()
          },
        },
      },
    )
    for (const kept of this.#history.messages.outgoing.unplaced)
      void this.inTurn(() => this.sender.send(kept)).catch(() => {})
  }

  async #entries(entries: readonly RoomEntry[]): Promise<void> {
    const read = entries.flatMap(entry =>
      entry.place ? this.#log.hold({ ...entry, place: entry.place }) : [],
    )
    for (const each of read) each.catch(() => {})
    await this.inTurn(async () => {
      const first = this.#log.through.sequence + 1
      if (entries.every(({ place }) => place && place.sequence > first)) {
        await this.#opener.peek(entries)
        this.#history.messages.touched.addAll()
        this.#changed()
      }
      await this.#drain()
    })
    await Promise.all(read)
  }

  /** Returns whether the entry is in the history afterwards: then it is a message of a member. */
  #takeDirect(entry: RoomEntry, keep: () => Promise<void>): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.isOver) return false
      const { messages } = this.#history
      const known = await messages.find(entry.clientId)
      if (!known || known.sequence === null) {
        const kind = await this.#judgeDirect(entry, known)
        if (!kind) return false
        if (kind === 'message') await keep()
        await this.#safely(() => this.#take(entry))
      }
      const kept = await messages.find(entry.clientId)
      if (!kept) return false
      this.#changed()
      return equalBytes(kept.commitment, readEnvelope(entry.bytes)?.commitment ?? NO_BYTES)
    })
  }

  /** See `MessageOpener.judge`. `known`: the message with this id that has no place yet. */
  async #judgeDirect(entry: RoomEntry, known: Kept | null): Promise<'message' | 'mark' | null> {
    let kind: 'message' | 'mark' | null = null
    await this.#safely(async () => {
      const envelope = envelopeOf(entry)
      if (envelope?.kind !== 'message') return
      if (!known) kind = await this.#opener.judge({ entry, envelope })
      // Another message under the id of this one is not kept.
      else if (equalBytes(known.commitment, envelope.commitment!)) kind = 'message'
    })
    return kind
  }

  /** Entries before the welcome wait for it. */
  async #drain(): Promise<void> {
    if (this.#membership && !this.#membership.group && !(await this.#join())) return
    let begunMs = this.#given.ports.clock.nowMs()
    await this.#log.drain(
      entries => this.#takeSome(entries),
      () => this.#isClosed || this.isOver,
      async through => {
        await this.#history.readThrough(through)
        this.#history.messages.ahead.passed(through.sequence)
        await this.#history.tidy()
        const { clock } = this.#given.ports
        if (clock.nowMs() - begunMs < TURN_MS) return
        this.#changed()
        await new Promise<void>(resolve => void clock.after(0, resolve))
        begunMs = clock.nowMs()
      },
    )
    this.#log.reached(this.isOver ? Number.POSITIVE_INFINITY : this.#log.through.sequence)
    this.#changed()
    if (!this.isOver) return
    // After a removal, this device no longer follows the log.
    this.#carrier?.close()
    for (const { clientId } of this.#history.messages.outgoing.unplaced)
      await this.#history.messages.fail(clientId)
  }

  async #join(): Promise<boolean> {
    const membership = this.#membership!
    try {
      const welcome = membership.findWelcome(this.#log.waiting)
      if (!welcome) return false
      // A returning device has not read where the log has the messages received directly before its
      // removal.
      const { hash } = this.#given.own
      const { messages } = this.#history
      for (const kept of messages.withoutPlace) if (!equalBytes(kept.device, hash)) await messages.drop(kept)
      await membership.join(welcome)
    } catch (error) {
      this.#problem(error)
      this.#owner.failedToJoin()
      return false
    }
    membership.changes.advance()
    return true
  }

  /** Reads the first entries, messages of others in batches. Returns how many. */
  async #takeSome(entries: readonly PlacedEntry[]): Promise<number> {
    const fresh: FreshEntry[] = []
    const ids = new Set<string>()
    for (const entry of entries) {
      const id = latin1(entry.clientId)
      if (kindOf(entry.bytes) !== 'message' || ids.has(id)) break
      if (await this.#history.messages.find(entry.clientId)) break
      const [next] = freshOf(entry)
      if (!next) break
      ids.add(id)
      fresh.push(next)
    }
    if (fresh.length > 0) await this.#safely(() => this.#opener.open(fresh))
    else await this.#safely(() => this.#take(entries[0]!))
    return Math.max(1, fresh.length)
  }

  /** Whatever it contains, the next entry is read. */
  async #safely(take: () => void | Promise<void>): Promise<void> {
    try {
      await take()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(error: unknown): void {
    // Journal errors never reach this point: nothing runs after one.
    const { code } = error as ChatError
    if (code !== 'repeated' && code !== 'unknown-epoch') this.#problem(error)
  }

  async #take(entry: RoomEntry): Promise<void> {
    const envelope = envelopeOf(entry)
    if (envelope?.kind === 'handshake' || envelope?.kind === 'parts')
      await this.#membership?.receive(entry, envelope)
    else if (envelope?.kind === 'part') await this.#membership?.keepPart(entry, envelope)
    else if (envelope?.kind === 'message') await this.#takeMessage(entry, envelope)
  }

  async #takeMessage(entry: RoomEntry, envelope: Envelope): Promise<void> {
    const { clientId, place } = entry
    const { messages } = this.#history
    const known = await messages.find(clientId)
    // An entry received directly replaces nothing.
    if (known && !place) return
    if (known && place && equalBytes(known.commitment, envelope.commitment!)) {
      if (known.sequence !== null) return
      if (equalBytes(known.device, this.#given.own.hash)) await this.sender.placed(known, envelope, place)
      else if (this.#membership?.isRefused(known.device)) await messages.drop(known)
      else await messages.place(known, place.sequence)
      return
    }
    if (known?.sequence === null) {
      // Someone who received the message directly put another one into the log under its id.
      if (equalBytes(known.device, this.#given.own.hash)) return this.sender.displaced(known)
      await messages.drop(known)
    }
    await this.#opener.open([{ entry, envelope }])
  }

  async #post(clientId: Uint8Array, bytes: Uint8Array): Promise<void> {
    if (!this.#carrier) throw closed()
    await this.#carrier.append(clientId, bytes)
  }

  #changed(): void {
    if (!this.#isClosed) this.#owner.changed()
  }

  #problem(error: unknown): void {
    if (this.#isClosed) return
    const { code = 'failed', message } = error as { code?: string; message: string }
    this.#owner.problem({ code, message })
  }
}

function closed(): ChatError {
  return new ChatError('closed', 'The chat was closed.')
}
