/**
 * The ports of devices, in memory and in virtual time: disks, and a hub between them. All of them
 * can fail.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { readHead, signHead } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { type Clock, equalBytes, latin1, type Random } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type {
  ChatRoomName,
  DeviceAddress,
  InboxEntry,
  Inboxes,
  Journal,
  Journals,
  KeyPackages,
  Place,
  PublishedKeyPackage,
  RoomCarrier,
  RoomEntry,
  RoomFollower,
  Rooms,
  RoomToFollow,
} from '../device/ports.ts'

export const HOME = 'https://hub.example'

/** One run of a device's program. */
export class MemoryProcess {
  readonly address: DeviceAddress
  readonly #disk: Map<string, Uint8Array[]>
  readonly #open = new Set<string>()
  readonly #clock: Clock
  readonly #random: Random
  isAlive = true
  /** The network does not reach the hub. */
  isCut = false
  /**
   * Number of writes until the process is killed, and whether the last one is durable. `journal`:
   * only those of this one count.
   */
  crash: { writes: number; readonly isDurable: boolean; readonly journal?: string } | null = null
  /** Number of writes so far. */
  writes = 0
  /** Writes fail. */
  isFull = false
  /** Each write takes less than this. */
  writeMs = 2
  /** An injected bug: writes are acknowledged this long before they are durable. */
  readonly hastyMs: number

  constructor(
    disk: Map<string, Uint8Array[]>,
    address: DeviceAddress,
    clock: Clock,
    random: Random,
    hastyMs = 0,
  ) {
    this.hastyMs = hastyMs
    this.#disk = disk
    this.address = address
    this.#clock = clock
    this.#random = random
  }

  readonly journals: Journals = {
    open: async name => {
      if (this.#open.has(name)) throw new Error(`The journal ${name} is open already`)
      this.#open.add(name)
      return this.#journal(name)
    },
    remove: name => {
      this.#open.delete(name)
      return this.#write(name, () => void this.#disk.delete(name))
    },
  }

  #journal(name: string): Journal {
    const disk = this.#disk
    const stored = () => disk.get(name) ?? []
    return {
      append: record => {
        const copy = record.slice()
        return this.#write(name, () => void disk.set(name, [...stored(), copy]))
      },
      replace: records => {
        const copies = records.map(record => record.slice())
        return this.#write(name, () => void disk.set(name, copies))
      },
      async *read() {
        for (const record of stored()) yield record.slice()
      },
    }
  }

  #write(journal: string, apply: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return
      if (this.isFull) return reject(new Error('No space left'))
      this.writes++
      const counts = this.crash && (this.crash.journal ?? journal) === journal
      if (this.crash && counts && --this.crash.writes <= 0) {
        this.isAlive = false
        if (this.crash.isDurable) apply()
        return
      }
      if (this.hastyMs > 0) {
        this.#clock.after(this.hastyMs, () => this.isAlive && apply())
        return resolve()
      }
      apply()
      this.#clock.after(this.#random.below(this.writeMs), () => this.isAlive && resolve())
    })
  }
}

/** Disturbances of the hub's messages, in percent. */
export interface Misbehavior {
  readonly repeats: number
  readonly reorders: number
  /** Entries that arrive much later. */
  readonly withholds: number
}

interface Follower {
  readonly process: MemoryProcess
  /** Newest first. */
  secrets: readonly Uint8Array[]
  readonly listener: RoomFollower
  next: number
  isClosed: boolean
  isUnderWay: boolean
}

interface Room {
  readonly id: Uint8Array
  readonly entries: (RoomEntry & { readonly place: Place })[]
  readonly followers: Set<Follower>
  /** Null until the room is created. */
  secret: Uint8Array | null
  /** Holders of only one of these can read up to that point. */
  readonly earlier: { readonly secret: Uint8Array; readonly through: number }[]
  /** Number of the newest entry that somebody knows the hub to have. */
  known: number
}

interface Keys {
  oneTime: PublishedKeyPackage[]
  lastResort: PublishedKeyPackage | null
}

const RETRY_MS = 400
/** As at a real hub. */
const MAX_ENTRY_BYTES = 65_536

export class MemoryHub {
  readonly rooms = new Map<string, Room>()
  /** Names of rooms that have been followed. */
  readonly names = new Map<string, ChatRoomName>()
  readonly inboxes = new Map<string, Map<string, InboxEntry>>()
  readonly keys = new Map<string, Keys>()
  isAway = false
  /** An injected bug: a crash loses entries that were acknowledged. */
  isForgetful = false
  /** Number of requests that it has handled. */
  requests = 0
  /** Number of further requests until the hub is killed, before it answers the last one. */
  crashAfter = Number.POSITIVE_INFINITY
  misbehavior: Misbehavior = { repeats: 0, reorders: 0, withholds: 0 }
  /**
   * A device that is further behind first receives this many of the newest entries, and the older
   * ones after `older`.
   */
  screen = Number.POSITIVE_INFINITY
  older: Promise<void> = Promise.resolve()
  /** Replaces the hashes of the entries for a process. */
  rehash: ((place: Place, process: MemoryProcess) => Place) | null = null
  /** Sees each entry, and can change it. */
  seen: ((name: ChatRoomName, entry: RoomEntry) => void) | null = null
  /** Returns why an entry is refused, or null. */
  refuse: ((clientId: Uint8Array, bytes: Uint8Array) => string | null) | null = null
  /** Inboxes of devices, in Latin-1, that refuse everything for now, or permanently. */
  readonly full = new Set<string>()
  readonly gone = new Set<string>()
  /** Replaces the key packages that it hands out. */
  forge: ((bytes: Uint8Array, of: DeviceAddress) => Uint8Array) | null = null
  readonly #clock: Clock
  readonly #random: Random
  readonly #listeners = new Map<MemoryProcess, () => void>()
  /** How often its program was started. */
  #run = 0
  /** Take back what was done for a request whose answer is on its way. */
  readonly #unanswered = new Set<() => void>()
  /** Entries of inboxes that their devices have received. */
  /** One for all hubs: it takes a while to make. */
  static #key: KeyPair | null = null
  readonly #given = new WeakSet<InboxEntry>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Appends an entry as the hub itself, or any other poster, could. */
  inject(room: Uint8Array, clientId: Uint8Array, bytes: Uint8Array): Place {
    const place = this.#append(latin1(room), clientId, bytes)
    this.#room(latin1(room)).known = place.sequence
    return place
  }

  /**
   * The hub's program is killed: it is away until `restart`. What it has acknowledged or given to
   * somebody stays, and each last part of the rest may be lost.
   */
  crash(): void {
    this.isAway = true
    this.#run++
    for (const room of this.rooms.values()) {
      const unknown = room.entries.length - (this.isForgetful ? 0 : room.known)
      if (unknown > 0) room.entries.length -= this.#random.below(unknown + 1)
    }
    for (const undo of [...this.#unanswered].reverse()) if (this.#chance(50)) undo()
    this.#unanswered.clear()
  }

  restart(): void {
    this.isAway = false
  }

  /** Copies what a hub has stored, which no device is connected to. */
  copyFrom({ rooms, names, inboxes, keys }: MemoryHub): void {
    for (const [key, room] of rooms) {
      const { id, entries, secret, earlier, known } = room
      const copy = { id, entries: [...entries], secret, earlier: [...earlier], known }
      this.rooms.set(key, { ...copy, followers: new Set() })
    }
    for (const [key, name] of names) this.names.set(key, name)
    for (const [key, entries] of inboxes) this.inboxes.set(key, new Map(entries))
    for (const [key, { oneTime, lastResort }] of keys)
      this.keys.set(key, { oneTime: [...oneTime], lastResort })
  }

  roomsOf(process: MemoryProcess): Rooms {
    return {
      idOf: ({ creator, salt, kind }) => sha256(concatBytes(utf8ToBytes(`${kind} ${creator} `), salt)),
      follow: (room, listener) => this.#follow(process, room, listener),
      forget: async () => {},
    }
  }

  inboxesOf(process: MemoryProcess): Inboxes {
    return {
      deliver: ({ device }, home, clientId, bytes) => {
        let added: InboxEntry | null = null
        return this.#ask(
          process,
          () => {
            if (this.gone.has(latin1(device))) return 'refused' as const
            const entries = this.inboxes.get(latin1(device)) ?? new Map<string, InboxEntry>()
            this.inboxes.set(latin1(device), entries)
            // As at a real hub: the ids of acknowledged entries are forgotten.
            if (!entries.has(latin1(clientId))) {
              added = { home, clientId, bytes }
              entries.set(latin1(clientId), added)
            }
            for (const [other, pump] of this.#listeners)
              if (latin1(other.address.device) === latin1(device)) pump()
            return 'delivered' as const
          },
          {
            mayAsk: () => !this.full.has(latin1(device)),
            undo: () => {
              if (added && !this.#given.has(added)) this.inboxes.get(latin1(device))?.delete(latin1(clientId))
            },
          },
        )
      },
      listen: entry => this.#listen(process, entry),
    }
  }

  keyPackagesOf(process: MemoryProcess): KeyPackages {
    const keysOf = (device: Uint8Array) => {
      const keys = this.keys.get(latin1(device)) ?? { oneTime: [], lastResort: null }
      this.keys.set(latin1(device), keys)
      return keys
    }
    const own = () => keysOf(process.address.device)
    return {
      own: () =>
        this.#ask(process, () => ({
          oneTime: own().oneTime.length,
          lastResort: own().lastResort?.ref ?? null,
          isComplete: true,
        })),
      publish: (oneTime, lastResort, { replaces = false } = {}) =>
        this.#ask(process, () => {
          if (replaces) own().oneTime = []
          const fresh = oneTime.filter(
            ({ ref }) => !own().oneTime.some(each => latin1(each.ref) === latin1(ref)),
          )
          own().oneTime.push(...fresh)
          if (lastResort) own().lastResort = lastResort
        }),
      take: (of, _home) => {
        let taken: PublishedKeyPackage | undefined
        return this.#ask(
          process,
          () => {
            const keys = keysOf(of.device)
            taken = keys.oneTime.shift()
            const bytes = (taken ?? keys.lastResort)?.bytes ?? null
            return bytes && this.forge ? this.forge(bytes, of) : bytes
          },
          { undo: () => taken && keysOf(of.device).oneTime.unshift(taken) },
        )
      },
    }
  }

  #follow(
    process: MemoryProcess,
    { id, name, after, accessSecrets: secrets, creates }: RoomToFollow,
    listener: RoomFollower,
  ): RoomCarrier {
    this.names.set(latin1(id), name)
    const room = this.#room(latin1(id))
    const follower: Follower = {
      ...{ process, listener, secrets, next: after.sequence, isClosed: false, isUnderWay: false },
    }
    if (creates) room.secret ??= secrets[0]!
    room.followers.add(follower)
    this.#visit(room, follower)
    const isClosed = () => follower.isClosed
    return {
      append: (clientId, bytes) =>
        this.#ask(process, () => this.#accept(latin1(id), clientId, bytes), {
          ...{ isClosed, mayAsk: () => this.#endOf(room, follower, true) === Number.POSITIVE_INFINITY },
          answered: ({ sequence }) => this.#knows(room, sequence),
        }),
      renew: (accessSecrets, withinMs) => {
        follower.secrets = accessSecrets
        this.#clock.after(withinMs, () => this.#visit(room, follower))
        this.#pump(room, follower)
      },
      sendVolatile: bytes => {
        if (!this.#reaches(process)) return
        for (const other of room.followers) {
          if (other.process === process || this.#endOf(room, other) < Number.POSITIVE_INFINITY) continue
          this.#later(() => this.#reaches(other.process) && !other.isClosed && other.listener.volatile(bytes))
        }
      },
      head: () => {
        const place = room.entries[follower.next - 1]?.place
        return place ? this.#sign(id, this.rehash?.(place, process) ?? place) : null
      },
      compareHead: (signed, known) => {
        const head = headIn(signed)
        const own = head && equalBytes(head.room, id) ? known(head.sequence) : null
        if (!head || !own || !equalBytes(head.hub, this.key.publicKey) || equalBytes(own, head.hash)) return
        const proof = [this.#sign(id, { sequence: head.sequence, hash: own }), signed] as const
        listener.problem({ code: 'forked-log', message: 'This hub showed different logs.', proof })
      },
      remove: () => this.#ask(process, () => void this.rooms.delete(latin1(id)), { isClosed }),
      close: () => {
        follower.isClosed = true
        room.followers.delete(follower)
      },
    }
  }

  /** It signs what it shows to each process. */
  get key(): KeyPair {
    MemoryHub.#key ??= KeyPair.generate()
    return MemoryHub.#key
  }

  #sign(room: Uint8Array, place: Place): Uint8Array {
    return signHead({ room, ...place }, this.key, Math.floor(this.#clock.unixMs() / 1000))
  }

  #room(key: string): Room {
    const id = Uint8Array.from(key, sign => sign.charCodeAt(0))
    const room: Room = this.rooms.get(key) ?? {
      ...{ id, entries: [], followers: new Set(), secret: null, earlier: [], known: 0 },
    }
    this.rooms.set(key, room)
    return room
  }

  /**
   * Returns the number up to which a client can read. A client that has the room's secret and a
   * newer one gives that to the hub.
   */
  #endOf(room: Room, { secrets }: Follower, isThere = false): number {
    const { secret, earlier, entries } = room
    if (secret === null) return 0
    const has = (one: Uint8Array) => secrets.some(each => latin1(each) === latin1(one))
    if (!has(secret))
      return Math.max(0, ...earlier.filter(each => has(each.secret)).map(each => each.through))
    if (isThere && latin1(secret) !== latin1(secrets[0]!)) {
      earlier.push({ secret, through: entries.length })
      room.secret = secrets[0]!
    }
    return Number.POSITIVE_INFINITY
  }

  #visit(room: Room, follower: Follower): void {
    const { process, isClosed } = follower
    if (isClosed || !process.isAlive) return
    if (!this.#reaches(process)) return void this.#clock.after(RETRY_MS, () => this.#visit(room, follower))
    this.#endOf(room, follower, true)
    if (room.entries.length - follower.next > this.screen)
      this.#later(() => {
        if (this.#reaches(process) && !follower.isClosed) {
          this.#knows(room, room.entries.length)
          follower.listener.entries(room.entries.slice(-this.screen)).catch(() => {})
        }
        void this.older.then(() => this.#pump(room, follower))
      })
    else this.#pump(room, follower)
  }

  #knows(room: Room, sequence: number): void {
    room.known = Math.max(room.known, sequence)
  }

  #accept(key: string, clientId: Uint8Array, bytes: Uint8Array): Place {
    const why = bytes.length > MAX_ENTRY_BYTES ? 'It is too large.' : this.refuse?.(clientId, bytes)
    if (why) throw new ChatError('bad-argument', why)
    return this.#append(key, clientId, bytes)
  }

  #append(key: string, clientId: Uint8Array, bytes: Uint8Array): Place {
    const room = this.#room(key)
    const known = room.entries.find(each => latin1(each.clientId) === latin1(clientId))
    if (known) return known.place
    const before = room.entries.at(-1)?.place.hash ?? room.id
    const place = {
      sequence: room.entries.length + 1,
      hash: sha256(concatBytes(before, clientId, bytes)),
    }
    const entry = { clientId, bytes: bytes.slice(), place }
    this.seen?.(this.names.get(key)!, entry)
    room.entries.push(entry)
    for (const follower of room.followers) this.#pump(room, follower)
    return place
  }

  #pump(room: Room, follower: Follower): void {
    const { process, listener } = follower
    if (follower.isUnderWay || follower.isClosed || !process.isAlive) return
    if (follower.next >= Math.min(room.entries.length, this.#endOf(room, follower))) return
    follower.isUnderWay = true
    if (!this.#reaches(process)) {
      this.#clock.after(RETRY_MS, () => {
        follower.isUnderWay = false
        this.#pump(room, follower)
      })
      return
    }
    this.#later(() => {
      follower.isUnderWay = false
      if (follower.isClosed || !process.isAlive) return
      if (this.#reaches(process)) {
        const end = this.#endOf(room, follower)
        const batch = room.entries
          .slice(follower.next, Math.min(end, follower.next + 1 + this.#random.below(6)))
          .map(entry => ({ ...entry, place: this.rehash?.(entry.place, process) ?? entry.place }))
        follower.next += batch.length
        this.#knows(room, follower.next)
        const now = batch.filter(() => !this.#chance(this.misbehavior.withholds))
        const late = batch.filter(each => !now.includes(each))
        if (this.#chance(this.misbehavior.reorders)) now.reverse()
        const give = (entries: readonly RoomEntry[]) => {
          if (follower.isClosed || !process.isAlive || entries.length === 0) return
          listener.entries(entries).catch(() => {})
        }
        give(now)
        if (this.#chance(this.misbehavior.repeats)) give(batch)
        if (late.length > 0) this.#clock.after(5000, () => give(late))
      }
      this.#pump(room, follower)
    })
  }

  #listen(process: MemoryProcess, listener: (entry: InboxEntry) => Promise<void>): () => void {
    const given = new Set<string>()
    const pump = () => {
      if (!process.isAlive) return void this.#listeners.delete(process)
      const key = latin1(process.address.device)
      for (const [id, entry] of this.inboxes.get(key) ?? []) {
        if (given.has(id)) continue
        given.add(id)
        const taken = this.#ask(process, () => entry).then(async () => {
          if (!this.#listeners.has(process)) return
          this.#given.add(entry)
          await listener(entry)
          this.inboxes.get(key)!.delete(id)
          given.delete(id)
        })
        // An unacknowledged entry is delivered again.
        taken.catch(() => {
          given.delete(id)
          this.#clock.after(RETRY_MS, () => this.#listeners.has(process) && pump())
        })
      }
    }
    this.#listeners.set(process, pump)
    pump()
    return () => void this.#listeners.delete(process)
  }

  /**
   * Repeats a request to the hub until an answer arrives. `undo`: the hub's program was killed
   * before it has answered, and what it did is lost.
   */
  #ask<T>(
    process: MemoryProcess,
    answer: () => T,
    {
      isClosed = () => false,
      mayAsk = () => true,
      undo = () => {},
      answered = () => {},
    }: {
      readonly isClosed?: () => boolean
      readonly mayAsk?: () => boolean
      readonly undo?: () => void
      readonly answered?: (result: T) => void
    } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const tryLater = () => void this.#clock.after(RETRY_MS, attempt)
      const attempt = () => {
        if (!process.isAlive) return
        if (isClosed()) return reject(new ChatError('closed', 'The room was closed.'))
        if (!this.#reaches(process)) return tryLater()
        const run = this.#run
        this.#later(() => {
          if (!process.isAlive) return
          if (!this.#reaches(process) || run !== this.#run || isClosed() || !mayAsk()) return tryLater()
          const result = settled(answer)
          this.#unanswered.add(undo)
          this.requests++
          if (--this.crashAfter <= 0) {
            this.crashAfter = Number.POSITIVE_INFINITY
            this.crash()
          }
          this.#later(() => {
            this.#unanswered.delete(undo)
            if (!process.isAlive) return
            if (!this.#reaches(process) || run !== this.#run) return tryLater()
            if (result.error !== undefined) return reject(result.error)
            answered(result.value as T)
            resolve(result.value as T)
          })
        })
      }
      attempt()
    })
  }

  #reaches(process: MemoryProcess): boolean {
    return process.isAlive && !process.isCut && !this.isAway
  }

  #later(run: () => void): void {
    this.#clock.after(1 + this.#random.below(20), run)
  }

  #chance(percent: number): boolean {
    return percent > 0 && this.#random.below(100) < percent
  }
}

function headIn(signed: Uint8Array): ReturnType<typeof readHead> | null {
  try {
    return readHead(signed)
  } catch {
    return null
  }
}

function settled<T>(run: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}
