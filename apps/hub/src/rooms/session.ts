/** One connection of a member: its requests, and the rooms that it follows. */
import { sha256 } from '@noble/hashes/sha2.js'
import {
  type Access,
  type Follow,
  type Followed,
  type Input,
  isPassing,
  isRequestName,
  MAX_ROOMS,
  PROTOCOL_VERSION,
  type Refused,
  type Reply,
  type RequestName,
  ROOM_RIGHTS,
  RoomError,
  type RoomRight,
  readInput,
  readRoomHome,
  readVolatile,
  roomId,
  type SentPart,
  TRANSFER_KIND,
  toSentEntry,
  toSentError,
} from '@shoal/hub-api/rooms'
import type { LogPart } from '@shoal/hub-stores'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { AccountUse } from './accounts-use.ts'
import { AppendOrder } from './append-order.ts'
import { type Connection, isGuest, type Member, Outgoing } from './contracts.ts'
import { toRoomError } from './failures.ts'
import { endFor, type Feed, type Follower, rightIn } from './feed.ts'
import { acknowledgeInbox, deliver, readInbox } from './inbox-requests.ts'
import type { Shared } from './shared.ts'

type Handlers = { readonly [Name in RequestName]: (input: Input<Name>) => Promise<Reply<Name>> }

/** The requests of people without an account. */
const GUESTS_REQUESTS: readonly RequestName[] = [
  'hello',
  'follow',
  'leave',
  'append',
  'read',
  'head',
  'create',
]

interface Following extends Follower {
  readonly feed: Feed
  readonly right: RoomRight
  /** With a former secret, only entries up to this number can be read. */
  readonly end: number
}

/** Responses to a request, as sent. */
export type Answer = { readonly ok: unknown } | { readonly error: ReturnType<typeof toSentError> }

export class RoomSession {
  readonly member: Member
  readonly use: AccountUse
  /** When the session was last found valid. */
  checkedMs: number
  readonly #shared: Shared
  readonly #connection: Connection
  readonly #following = new Map<string, Following>()
  /** Rooms with entries that were not pushed because too much was queued. */
  readonly #behind = new Set<Feed>()
  #isBehindInbox = false
  readonly #order = new AppendOrder()
  #requests = 0
  #lastFollow: Promise<unknown> = Promise.resolve()
  #state: 'open' | 'stopping' | 'closed' = 'open'
  #onIdle: (() => void) | undefined
  readonly #handlers: Handlers = {
    hello: input => this.#hello(input),
    follow: async ({ rooms }) => ({ rooms: await this.#inOrder(() => this.#follow(rooms)) }),
    leave: ({ rooms }) => this.#inOrder(() => this.#leave(rooms)),
    append: input => this.#append(input),
    read: input => this.#read(input),
    head: input => this.#head(input),
    create: input => this.#create(input),
    change: input => this.#change(input),
    remove: input => removeTransfer(this.#shared, this.member, input),
    inbox: input => readInbox(this.#shared, this, input),
    taken: input => acknowledgeInbox(this.#shared, this, input),
    deliver: input => deliver(this.#shared, this, input),
  }

  constructor(shared: Shared, connection: Connection, member: Member, use: AccountUse) {
    this.#shared = shared
    this.#connection = connection
    this.member = member
    this.use = use
    this.checkedMs = shared.given.clock.nowMs()
  }

  /** Handles a request. Never rejects. Closes the connection if it is malformed. */
  async request(name: string, body: unknown): Promise<Answer | null> {
    if (!isRequestName(name)) {
      this.end('bad-message')
      return null
    }
    this.#requests++
    try {
      return { ok: await this.#handle(name, body) }
    } catch (error) {
      const known = toRoomError(error)
      if (!known) this.#shared.given.onError(error)
      return {
        error: toSentError(known ?? new RoomError('failed', 'The hub could not do this: see its log')),
      }
    } finally {
      this.#requests--
      if (this.#requests === 0) this.#onIdle?.()
    }
  }

  /** Forwards a volatile message. Drops it if it is invalid or exceeds the rate. */
  volatile(body: unknown): void {
    const nowMs = this.#shared.given.clock.nowMs()
    if (this.#state !== 'open' || !this.use.take('volatiles', 1, nowMs)) return
    try {
      const { room, bytes } = readVolatile(body)
      const following = this.#following.get(latin1(room))
      if (following && following.right !== 'read')
        this.#shared.wake({ kind: 'volatile', room, bytes }, following)
    } catch {
      this.end('bad-message')
    }
  }

  /** Notifies the client of new inbox entries. */
  tellInbox(outgoing: Outgoing): void {
    if (this.#isFull) this.#isBehindInbox = true
    else if (this.#state !== 'closed') this.#connection.send(outgoing)
  }

  /** Call when the client has read its inbox. */
  drained(): void {
    if (this.#state === 'closed' || this.#isFull) return
    for (const { id, last } of this.#behind) this.#connection.send(new Outgoing('news', { room: id, last }))
    this.#behind.clear()
    if (this.#isBehindInbox) this.#connection.send(new Outgoing('inbox', {}))
    this.#isBehindInbox = false
  }

  /** Stops accepting requests. Resolves when those in progress are answered. */
  stop(): Promise<void> {
    if (this.#state === 'open') this.#state = 'stopping'
    return new Promise(resolve => {
      if (this.#requests === 0) resolve()
      else this.#onIdle = resolve
    })
  }

  /** `afterMs`: time after which the client should connect again. */
  end(reason: Parameters<Connection['close']>[0], afterMs?: number): void {
    if (this.#state === 'closed') return
    this.closed()
    if (afterMs !== undefined) this.#connection.send(new Outgoing('stopping', { afterMs }))
    this.#connection.close(reason)
  }

  /** Call when the connection has ended. Idempotent. */
  closed(): void {
    this.#state = 'closed'
    for (const { feed } of [...this.#following.values()]) this.#unfollow(feed)
    this.#behind.clear()
    this.#onIdle?.()
  }

  get #isFull(): boolean {
    return this.#connection.waitingBytes > this.use.limits.waitingBytes
  }

  /**
   * Throws immediate refusals synchronously, so that they are recorded in the same turn, in which
   * more entries may arrive.
   */
  #handle<Name extends RequestName>(name: Name, body: unknown): Promise<Reply<Name>> {
    if (name !== 'append') return this.#begin(name, body)
    try {
      return this.#begin(name, body).catch(error => {
        throw this.#notAppended(body, error)
      })
    } catch (error) {
      throw this.#notAppended(body, error)
    }
  }

  #begin<Name extends RequestName>(name: Name, body: unknown): Promise<Reply<Name>> {
    const { given } = this.#shared
    if (isGuest(this.member) && !GUESTS_REQUESTS.includes(name)) throw forMembers()
    if (this.#state !== 'open') throw new RoomError('stopping', 'This connection ends: connect again')
    if (this.#requests > this.use.limits.requestsAtOnce || this.#isFull)
      throw new RoomError('busy', 'Too many requests at once: wait for their answers')
    this.use.demand('requests', 1, given.clock.nowMs())
    return this.#handlers[name](readInput(name, body))
  }

  async #hello({ version, rooms }: Input<'hello'>): Promise<Reply<'hello'>> {
    const { given } = this.#shared
    if (version !== PROTOCOL_VERSION)
      throw new RoomError(
        'bad-argument',
        `This hub speaks version ${PROTOCOL_VERSION}: update one of the two`,
      )
    const { device } = this.member
    if (device) await given.stores.inboxes.open(device)
    const followed = await this.#inOrder(() => this.#follow(rooms))
    return {
      hub: given.signer.publicKey,
      entryBytes: this.use.limits.entryBytes,
      hasInbox: device !== null,
      stunPort: given.stunPort(),
      rooms: followed,
    }
  }

  /**
   * A room may be left and followed with another secret while the first response is pending: the
   * last request counts.
   */
  #inOrder<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#lastFollow.then(run)
    this.#lastFollow = result.catch(() => {})
    return result
  }

  async #follow(wanted: readonly Follow[]): Promise<readonly (Followed | Refused)[]> {
    const { feeds } = this.#shared
    const most = this.use.limits.roomsPerConnection
    if (wanted.length > most)
      throw new RoomError('full', `A connection follows at most ${most} rooms: leave some`)
    const held = await feeds.hold(wanted.map(({ room }) => room))
    try {
      const byRoom = new Map(held.map(feed => [latin1(feed.id), feed]))
      const answers = []
      for (const each of wanted) {
        const feed = byRoom.get(latin1(each.room))
        const error = new RoomError(
          'not-found',
          'This hub does not have this room, or you have no access to it',
        )
        const isOpen = !isGuest(this.member) || feed?.room?.kind === 'share'
        const followed =
          isOpen && feed && (this.#followOne(feed, each) ?? (await this.#followPast(feed, each)))
        answers.push(followed || refused(each.room, error))
      }
      return answers
    } finally {
      for (const feed of held) feeds.release(feed)
    }
  }

  /** Returns null if the token grants no access. */
  #followOne(feed: Feed, { room, token }: Follow): Followed | Refused | null {
    const known = feed.room!
    const tokenHash = token && sha256(token)
    const right = rightIn(known.access, tokenHash)
    if (right === null || this.#state === 'closed') return null
    const key = latin1(room)
    const max = Math.min(MAX_ROOMS, this.use.limits.roomsPerConnection)
    if (!this.#following.has(key) && this.#following.size >= max)
      return refused(room, new RoomError('full', `A connection follows at most ${max} rooms: leave some`))
    this.#unfollow(feed)
    const following: Following = {
      ...{ feed, right, tokenHash, end: Number.POSITIVE_INFINITY },
      receive: (outgoing, from) => {
        if (this.#isFull) this.#behind.add(from)
        else this.#connection.send(outgoing)
      },
      receiveVolatile: outgoing => {
        if (!this.#connection.isBusy) this.#connection.send(outgoing)
      },
      lost: (from, error) => {
        this.#unfollow(from)
        this.#connection.send(new Outgoing('left', refused(room, error)))
      },
    }
    this.#following.set(key, following)
    feed.followers.add(following)
    const { start, slowMs, home, moved } = known
    // The database may have answered before the last push.
    const head = feed.newest
    return {
      ...{ room, right, start: start.sequence, last: head.sequence, slowMs, home, moved },
      head: feed.sign(head),
    }
  }

  /**
   * Follows a room with a former secret: the log up to its replacement can be read, and nothing is
   * pushed. Returns null if the token grants no access.
   */
  async #followPast(feed: Feed, { room, token }: Follow): Promise<Followed | null> {
    const known = feed.room!
    const tokenHash = token && sha256(token)
    const end = endFor(known, tokenHash)
    if (end === 0) return null
    const head = await this.#shared.given.stores.rooms.headAt(room, end).catch(() => null)
    if (!head || this.#state === 'closed') return null
    this.#unfollow(feed)
    const nothing = () => {}
    this.#following.set(latin1(room), {
      ...{ feed, right: 'read', tokenHash, end },
      ...{ receive: nothing, receiveVolatile: nothing, lost: nothing },
    })
    const { start, slowMs, home, moved } = known
    const about = { room, start: start.sequence, last: end, slowMs, home, moved }
    return { ...about, right: 'read', head: feed.sign(head) }
  }

  async #leave(rooms: readonly Uint8Array[]): Promise<null> {
    for (const room of rooms) {
      const following = this.#following.get(latin1(room))
      if (following) this.#unfollow(following.feed)
    }
    return null
  }

  #unfollow(feed: Feed): void {
    const key = latin1(feed.id)
    const following = this.#following.get(key)
    if (!following) return
    this.#following.delete(key)
    this.#order.forget(feed.id)
    this.#behind.delete(following.feed)
    following.feed.followers.delete(following)
    this.#shared.feeds.removeUnused(following.feed)
  }

  /** Throws `not-followed`, or `forbidden`. */
  #demand(room: Uint8Array, right: RoomRight): Following {
    const following = this.#following.get(latin1(room))
    if (!following) throw new RoomError('not-followed', 'Follow this room first')
    if (ROOM_RIGHTS.indexOf(following.right) < ROOM_RIGHTS.indexOf(right))
      throw new RoomError('forbidden', 'This needs another secret of the room')
    return following
  }

  /** Throws if the entry is refused before it reaches the store. */
  #append(input: Input<'append'>): Promise<Reply<'append'>> {
    const { room, clientId, bytes } = input
    const { given, slowMode } = this.#shared
    const { feed, right } = this.#demand(room, 'post')
    const { entryBytes } = this.use.limits
    if (bytes.length > entryBytes)
      throw new RoomError('bad-argument', `An entry has at most ${entryBytes} bytes`)
    this.#order.demand(room, clientId)
    this.use.demand('appends', 1, given.clock.nowMs())
    this.use.demand('appendedBytes', bytes.length, given.clock.nowMs())
    if (right !== 'manage') slowMode.post(room, this.member.did, feed.room!.slowMs, given.clock.nowMs())
    // Nothing is awaited up to this point: entries reach the store in order of arrival.
    return this.#store(input, feed)
  }

  async #store({ room, clientId, bytes }: Input<'append'>, feed: Feed): Promise<Reply<'append'>> {
    const { given, feeds } = this.#shared
    const { sequence, postedMs, hash, repeated } = await given.stores.rooms.append(room, clientId, bytes)
    this.#order.settled(room, clientId)
    if (!repeated) feeds.appended(room, { sequence, clientId, postedMs, bytes, hash })
    else feed.news(sequence)
    return { sequence, postedMs, hash }
  }

  /** Returns the error. */
  #notAppended(body: unknown, error: unknown): unknown {
    const sent = readAppend(body)
    if (!sent || !this.#following.has(latin1(sent.room))) return error
    // Unexpected errors may be temporary.
    const known = toRoomError(error)
    if (known === null || isPassing(known)) this.#order.refused(sent.room, sent.clientId)
    else this.#order.settled(sent.room, sent.clientId)
    return error
  }

  async #read({ room, since, before, limit }: Input<'read'>): Promise<SentPart> {
    const { rooms } = this.#shared.given.stores
    const { feed, end } = this.#demand(room, 'read')
    if (end === Number.POSITIVE_INFINITY) {
      const found =
        since === null
          ? await rooms.readBefore(room, before ?? undefined, limit)
          : await rooms.read(room, since, limit)
      return toPart(found, feed)
    }
    if (since !== null && since >= end) throw notUpToThere()
    const part =
      since === null
        ? await rooms.readBefore(room, Math.min(before ?? end + 1, end + 1), limit)
        : await rooms.read(room, since, Math.min(limit, end - since))
    // The first ones may have been trimmed.
    if (part.after.sequence > end) throw notUpToThere()
    const entries = part.entries.filter(({ sequence }) => sequence <= end)
    return { ...toPart({ ...part, entries }, feed), last: end }
  }

  async #head({ room, sequence }: Input<'head'>): Promise<Reply<'head'>> {
    const { feed, end } = this.#demand(room, 'read')
    if (sequence > end) throw notUpToThere()
    return { head: feed.sign(await this.#shared.given.stores.rooms.headAt(room, sequence)) }
  }

  async #create({ creator, salt, kind, access, after, home }: Input<'create'>): Promise<Reply<'create'>> {
    const { given } = this.#shared
    const id = roomId({ creator, salt, kind })
    if (isGuest(this.member) && kind !== 'share') throw forMembers()
    // The creator of a share's room is a key known to everyone with the link. No one else can name
    // it.
    if (kind !== 'share' && creator !== this.member.did)
      throw new RoomError('forbidden', 'Only the person who is named as its creator creates a room')
    if (home) await this.#checkHome(home, id)
    this.use.demand('creations', 1, given.clock.nowMs())
    await given.stores.rooms.create({ creator, salt, kind }, { access, after: after ?? undefined })
    if (home) await given.stores.rooms.setHome(home, false)
    return { room: id }
  }

  async #change({ room, access, keepsReaders, slowMs, home }: Input<'change'>): Promise<null> {
    const { rooms } = this.#shared.given.stores
    this.#demand(room, 'manage')
    if (home) await rooms.setHome(home, !(await this.#checkHome(home, room)))
    const changes: { access?: Access; keepsReaders?: boolean; slowMs?: number } = {}
    if (access) Object.assign(changes, { access, keepsReaders: keepsReaders === true })
    if (slowMs !== null) changes.slowMs = slowMs
    await rooms.change(room, changes)
    this.#shared.wake({ kind: 'changed', room })
    return null
  }

  /**
   * Returns whether a signed home names this hub. Throws `forbidden` if it is not signed by a
   * device of the room's creator.
   */
  async #checkHome(signed: Uint8Array, room: Uint8Array): Promise<boolean> {
    const { given } = this.#shared
    const home = readRoomHome(signed)
    const keys = equalBytes(home.id, room) ? await given.deviceKeys(home.creator) : []
    if (!keys.some(key => equalBytes(key, home.key)))
      throw new RoomError('forbidden', 'Only a device of the creator of a room signs its home')
    return given.isHere(home.hub)
  }
}

/** Returns null if it is invalid: then it was permanently refused. */
function readAppend(body: unknown): Input<'append'> | null {
  try {
    return readInput('append', body)
  } catch {
    return null
  }
}

function notUpToThere(): RoomError {
  return new RoomError('forbidden', 'The secret of this room has changed: ask its members for the new one')
}

/** In wire form: an error itself has none. */
function refused(room: Uint8Array, error: RoomError): Refused {
  return { room, error: toSentError(error) as RoomError }
}

function toPart({ entries, after, room }: LogPart, feed: Feed): SentPart {
  const last = entries.at(-1)
  const end = last ? { room: room.id, sequence: last.sequence, hash: last.hash } : after
  return {
    ...{ after: after.sequence, afterHash: after.hash, entries: entries.map(toSentEntry) },
    ...{ head: feed.sign(end), last: room.head.sequence },
  }
}

/**
 * The log of a group does not belong to its creator alone: only rooms for transfers can be removed.
 */
async function removeTransfer(
  { given, wake }: Shared,
  { did }: Member,
  name: Input<'remove'>,
): Promise<null> {
  const id = roomId(name)
  if (name.kind !== TRANSFER_KIND || name.creator !== did)
    throw new RoomError('forbidden', 'Only the creator of a room for a transfer removes it')
  await given.stores.rooms.remove(id)
  wake({ kind: 'changed', room: id })
  return null
}

function forMembers(): RoomError {
  return new RoomError('forbidden', 'This is for members of the hub: log in')
}
