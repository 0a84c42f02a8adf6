/** One room of a conversation at a hub. */
import {
  type Access,
  accessOf,
  type Followed,
  ForkedLog,
  idTaken,
  isPassing,
  type LogEntry,
  type Part,
  type RoomError,
  type RoomLog,
  type RoomRight,
  readHead,
  roomToken,
} from '@shoal/hub-api/rooms'
import { type Clock, delay, equalBytes, latin1 } from '@shoal/torrent/base'
import type { Place, RoomCarrier, RoomEntry, RoomFollower, RoomToFollow } from '../device/ports.ts'
import type { KeptParts } from './kept-parts.ts'
import { closedError, deferred, type RoomsLink } from './rooms-link.ts'

export const RETRY_MS = 1000
/** Delay before a missing room is looked up again: its creator may not have connected yet. */
const MISSING_MS = 10_000
/** Longest delay before the newest secret is retried while an earlier one only permits reading. */
const LONGEST_PAST_MS = 60_000

interface Waiting extends PromiseWithResolvers<Place> {
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  givenTo: RoomLog | null
}

export class HubRoom implements RoomCarrier {
  readonly #link: RoomsLink
  readonly #room: RoomToFollow
  readonly #follower: RoomFollower
  readonly #kept: Pick<KeptParts, 'read' | 'keep'>
  readonly #clock: Clock
  readonly #closing = new AbortController()
  #log: RoomLog | null = null
  /** Entries that the hub has not stored, in order. */
  readonly #waiting = new Map<string, Waiting>()
  /** Whether entries can be appended. Otherwise they wait for the next secret. */
  #isFollowed = false
  /** Newest first: see `RoomToFollow`. */
  #accessSecrets: readonly Uint8Array[]
  /** The secret with which the room is followed. */
  #secret: Uint8Array
  /** Number of the last entry that is stored together with all before it. */
  #storedTo = 0
  /** How often in a row an earlier secret only permitted reading. */
  #pasts = 0
  #isCreated: boolean
  #hasFailed = false

  constructor(
    link: RoomsLink,
    room: RoomToFollow,
    follower: RoomFollower,
    { kept, clock }: { readonly kept: Pick<KeptParts, 'read' | 'keep'>; readonly clock: Clock },
  ) {
    this.#link = link
    this.#room = room
    this.#follower = follower
    this.#kept = kept
    this.#clock = clock
    this.#isCreated = !room.creates
    this.#accessSecrets = room.accessSecrets
    this.#secret = room.accessSecrets[0]!
    this.#run(() => this.#start())
  }

  append(clientId: Uint8Array, bytes: Uint8Array): Promise<Place> {
    if (this.#isClosed) return Promise.reject(closedError())
    const key = latin1(clientId)
    const known = this.#waiting.get(key)
    if (known) return equalBytes(known.bytes, bytes) ? known.promise : Promise.reject(idTaken())
    const item: Waiting = { clientId, bytes, ...deferred<Place>(), givenTo: null }
    this.#waiting.set(key, item)
    if (this.#isFollowed) this.#give(item)
    return item.promise
  }

  renew(accessSecrets: readonly Uint8Array[], withinMs: number): void {
    const [newest] = accessSecrets
    if (!newest || equalBytes(newest, this.#accessSecrets[0]!)) return
    this.#accessSecrets = accessSecrets
    this.#run(async () => {
      if (this.#isFollowed && withinMs > 0) await this.#pause(withinMs)
      const isDone = equalBytes(this.#secret, this.#accessSecrets[0]!)
      if (!this.#isClosed && this.#log && !isDone) this.#followAgain(this.#log)
    })
  }

  sendVolatile(bytes: Uint8Array): void {
    this.#log?.sendVolatile(bytes)
  }

  head(): Uint8Array | null {
    return this.#log?.head ?? null
  }

  compareHead(signed: Uint8Array, known: (sequence: number) => Uint8Array | null): void {
    const log = this.#log
    if (!log) return
    void findFork(log, this.#room.id, signed, known).then(fork => {
      if (fork && !this.#isClosed) this.#tell(fork)
    })
  }

  async remove(): Promise<void> {
    await this.#untilDone(async () => {
      await this.#link.connected()
      await this.#link.rooms.request('remove', this.#room.name)
    })
  }

  close(): void {
    this.#closing.abort(closedError())
    for (const { reject } of this.#waiting.values()) reject(closedError())
    this.#waiting.clear()
    if (this.#log) this.#link.rooms.leave(this.#log)
  }

  /** Whether it is read once, without storing its state. */
  get #isTransfer(): boolean {
    return this.#room.name.kind === 'transfer'
  }

  /** The hub's link has ended permanently. */
  ended(error: RoomError): void {
    this.#tell(error)
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  async #start(): Promise<void> {
    const { id, after } = this.#room
    const kept = this.#isTransfer ? [] : await this.#kept.read(id)
    const from = { room: id, ...after }
    const isNewer = kept.length > 0 && kept.at(-1)!.to.sequence >= after.sequence
    this.#follow(await this.#link.connected(), isNewer ? kept : [{ from, to: from, signed: null }])
  }

  /** `at`: index of the secret; earlier ones are tried if the hub does not know the newest. */
  #follow(hub: Uint8Array, parts: readonly Part[], at = 0): void {
    if (this.#isClosed) return
    const { id } = this.#room
    const secret = this.#accessSecrets[at]!
    this.#secret = secret
    // The right to manage is needed to give the hub the newest secret.
    const token = roomToken(secret, hub, id, at === 0 ? 'post' : 'manage')
    const log = this.#link.rooms.follow(
      { room: id, token, parts },
      {
        entries: entries => this.#take(entries, log.parts),
        ready: async () => this.#follower.ready?.(),
        volatile: bytes => this.#follower.volatile(bytes),
        trimmed: (from, to) => this.#follower.trimmed(from, to),
        followed: about => this.#wasFollowed(hub, log, about),
        problem: error => {
          if (this.#log !== log) return
          if (error.code === 'not-found' && at + 1 < this.#accessSecrets.length)
            this.#followAgain(log, at + 1)
          else if (error.code === 'not-found') this.#run(() => this.#makeAndFollow(hub, log))
          // Another member has changed the secret. Up to that point, the log can be read with the
          // known one.
          else if (error.code === 'forbidden') this.#followAgain(log)
          else this.#tell(error)
        },
      },
    )
    this.#log = log
  }

  /** The hub does not have the room: creates it, or looks it up again later. */
  async #makeAndFollow(hub: Uint8Array, log: RoomLog): Promise<void> {
    if (this.#isCreated) await this.#pause(MISSING_MS)
    else await this.#create(hub)
    if (this.#log === log) this.#followAgain(log)
  }

  #wasFollowed(hub: Uint8Array, log: RoomLog, { right }: Followed): void {
    const isNewest = equalBytes(this.#secret, this.#accessSecrets[0]!)
    if (right === 'read') {
      this.#isFollowed = false
      if (!isNewest) this.#run(() => this.#tryNewest(log))
    } else if (isNewest) {
      this.#isFollowed = true
      this.#pasts = 0
      for (const item of this.#waiting.values()) if (item.givenTo !== log) this.#give(item)
    } else this.#run(() => this.#giveSecret(hub, log))
  }

  /**
   * The hub did not know the newest secret, and then had replaced the previous one: another member
   * may have given it the newest one in between.
   */
  async #tryNewest(log: RoomLog): Promise<void> {
    await this.#pause(Math.min(LONGEST_PAST_MS, RETRY_MS * 2 ** this.#pasts++))
    this.#followAgain(log)
  }

  /** The hub has an earlier secret. */
  async #giveSecret(hub: Uint8Array, log: RoomLog): Promise<void> {
    const { id } = this.#room
    while (!this.#isClosed && this.#log === log) {
      const access = this.#accessFor(hub)
      try {
        const change = { room: id, access, keepsReaders: true, slowMs: null, home: null }
        await this.#link.rooms.request('change', change)
        return this.#followAgain(log)
      } catch (error) {
        // Another member was faster, or the room is already followed again.
        const isOver =
          (error as RoomError).code === 'forbidden' || (error as RoomError).code === 'not-followed'
        if (isOver) return this.#followAgain(log)
        if (!isPassing(error)) throw error
        await this.#pause(error.afterMs ?? RETRY_MS)
      }
    }
  }

  #followAgain(log: RoomLog, at = 0): void {
    if (this.#isClosed || this.#log !== log) return
    this.#isFollowed = false
    this.#link.rooms.leave(log)
    this.#follow(this.#link.rooms.hub!, log.parts, at)
  }

  /**
   * Appends an entry. If the room has to be followed with another secret first, all entries are
   * then passed to the new log, in order.
   */
  #give(item: Waiting): void {
    const { clientId, bytes } = item
    const log = this.#log!
    item.givenTo = log
    const settle = (run: () => void) => {
      if (item.givenTo !== log) return
      this.#waiting.delete(latin1(clientId))
      run()
    }
    log.append(bytes, clientId).then(
      ({ sequence, hash }) => settle(() => item.resolve({ sequence, hash })),
      error => {
        if (item.givenTo !== log) return
        const { code } = error as RoomError
        // The log was left, or another member has changed the secret.
        if (code === 'closed' || (code === 'forbidden' && !this.#isFollowed)) item.givenTo = null
        else settle(() => item.reject(error))
      },
    )
  }

  async #create(hub: Uint8Array): Promise<void> {
    const { name } = this.#room
    const access = this.#accessFor(hub)
    await this.#untilDone(async () => {
      await this.#link.connected()
      await this.#link.rooms.request('create', { ...name, access, after: null, home: null })
    })
    this.#isCreated = true
  }

  async #untilDone(attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      this.#closing.signal.throwIfAborted()
      try {
        return await attempt()
      } catch (error) {
        if (!isPassing(error)) throw error
        await this.#pause(error.afterMs ?? RETRY_MS)
      }
    }
  }

  #accessFor(hub: Uint8Array): Access {
    const { id, name } = this.#room
    const tokenFor = (right: RoomRight) => roomToken(this.#accessSecrets[0]!, hub, id, right)
    const tokens = { read: tokenFor('read'), post: tokenFor('post') }
    // Everyone with the link of a share has its secrets, so a right to manage would be everyone’s.
    return accessOf(name.kind === 'share' ? tokens : { ...tokens, manage: tokenFor('manage') })
  }

  /**
   * Forwards entries, and records the position once they are stored, which may be long after: all
   * earlier ones are then stored, too. `parts`: verified together with them.
   */
  #take(entries: readonly LogEntry[], parts: readonly Part[]): void {
    const [first] = parts
    const { sequence, hash } = entries.at(-1)!
    const to = { room: this.#room.id, sequence, hash }
    const signed = parts.find(part => part.to.sequence === sequence)?.signed ?? null
    this.#follower.entries(entries.map(toRoomEntry)).then(
      () => {
        // After a failure the position is no longer recorded: they are received again at the next
        // start.
        if (this.#hasFailed || this.#isTransfer || this.#isClosed || sequence <= this.#storedTo) return
        this.#storedTo = sequence
        this.#kept.keep(this.#room.id, [{ from: first!.from, to, signed }])
      },
      error => {
        this.#hasFailed = true
        if (!this.#isClosed) this.#tell(error)
      },
    )
  }

  #pause(delayMs: number): Promise<void> {
    return delay(this.#clock, delayMs, this.#closing.signal)
  }

  #run(work: () => Promise<void>): void {
    work().catch(error => {
      if (!this.#isClosed) this.#tell(error as RoomError)
    })
  }

  #tell(error: RoomError): void {
    const { code, message } = error
    this.#follower.problem({ code, message, ...(error instanceof ForkedLog && { proof: error.heads }) })
  }
}

/** Returns the proof that a head of another member contradicts what was read, or null. */
async function findFork(
  log: RoomLog,
  id: Uint8Array,
  signed: Uint8Array,
  known: (sequence: number) => Uint8Array | null,
): Promise<ForkedLog | null> {
  try {
    const { room, sequence, hash } = readHead(signed)
    const own = known(sequence)
    if (equalBytes(room, id) && own && !equalBytes(own, hash)) await log.compare(signed)
  } catch (error) {
    if (error instanceof ForkedLog) return error
    // It is not a head, or of another hub, or the hub does not answer.
  }
  return null
}

function toRoomEntry({ clientId, bytes, sequence, hash }: LogEntry): RoomEntry {
  return { clientId, bytes, place: { sequence, hash } }
}
