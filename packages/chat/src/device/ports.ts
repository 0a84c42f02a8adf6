/**
 * External dependencies of the chat of one device. A node, a page and a terminal implement these;
 * the chat itself does no I/O. All outgoing bytes are encrypted, except for names of rooms and key
 * packages.
 */
import type { SignedDeviceList } from '@shoal/identity/devices'
import type { Clock, Random } from '@shoal/torrent/base'
import type { GroupJournal } from '../groups/group-records.ts'

export interface ChatPorts {
  readonly journals: Journals
  readonly rooms: Rooms
  readonly inboxes: Inboxes
  readonly keyPackages: KeyPackages
  readonly people: People
  readonly clock: Clock
  readonly random: Random
}

/**
 * The journals of one device. They are encrypted on the device, and only one process writes them at
 * a time.
 */
export interface Journals {
  /**
   * Opens a journal; a new one has no records. `name`: 1 to 100 of the characters a to z, 0 to 9
   * and `-`. Each is opened once.
   */
  open(name: string): Promise<Journal>
  /** Deletes a journal with all its records, if it exists. */
  remove(name: string): Promise<void>
}

/**
 * Records of 1 byte to 16 MiB, in order. `append` resolves when the record will survive a crash,
 * and `replace` atomically replaces all earlier records by these. Calls do not wait for each other:
 * an implementation keeps their order. After a crash, an unacknowledged call has taken effect
 * completely or not at all. A damaged record is an error, never skipped.
 */
export interface Journal extends GroupJournal {
  /** Reads all records, oldest first, a few at a time. */
  read(): AsyncIterable<Uint8Array>
}

/** Hub-independent name of a room. See `RoomName` of the hub's stores. */
export interface ChatRoomName {
  /** A DID. */
  readonly creator: string
  /** 32 bytes. */
  readonly salt: Uint8Array
  /**
   * `transfer`: it transfers data to another device of its creator, and the hub deletes it after a
   * day.
   */
  readonly kind: 'group' | 'share' | 'transfer'
}

/** A place in the log of a room. */
export interface Place {
  /** From 1; 0 for the start of the log, whose hash is the room's id. */
  readonly sequence: number
  /** Hash of that entry, which covers all before. 32 bytes. */
  readonly hash: Uint8Array
}

export interface RoomToFollow {
  /** 32 bytes: `roomId(name)`. */
  readonly id: Uint8Array
  readonly name: ChatRoomName
  /**
   * Secrets of the tokens that open the room (`roomToken`), 32 bytes each, the newest first. A hub
   * may still have an earlier one.
   */
  readonly accessSecrets: readonly Uint8Array[]
  /** Location of the room as understood by `Rooms`, such as the address of a hub. */
  readonly home: string
  /** Whether to create a missing room. */
  readonly creates: boolean
  /** Entries up to this one do not concern this device. */
  readonly after: Place
}

export interface RoomEntry {
  /** 16 bytes. */
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  /**
   * Null if it came directly from another device (`DirectFollower`), and the hub may not have it.
   */
  readonly place: Place | null
}

export interface Rooms {
  /** Returns the id of a room. */
  idOf(name: ChatRoomName): Uint8Array
  /** Deletes the local state of a room that is no longer followed. */
  forget(id: Uint8Array): Promise<void>
  /**
   * Follows a room until it is closed. Never throws: it reconnects automatically, and reports
   * errors.
   */
  follow(room: RoomToFollow, listener: RoomFollower): RoomCarrier
}

export interface RoomCarrier {
  /**
   * Appends an entry. Resolves with its place once the hub has stored it; until then, it is resent
   * after each reconnect. An entry whose client id is in the log is not appended again. Rejects if
   * the entry cannot be stored, and with `closed` after `close`.
   */
  append(clientId: Uint8Array, bytes: Uint8Array): Promise<Place>
  /**
   * Sets the room's new secret after a removal: see `RoomToFollow`. Ensures after `withinMs` that
   * the hub has it, unless another member has done so. Holders of earlier ones can read the log up
   * to that point.
   */
  renew(accessSecrets: readonly Uint8Array[], withinMs: number): void
  /** Sends up to 2,048 bytes to connected members. It may get lost. */
  sendVolatile(bytes: Uint8Array): void
  /**
   * Returns the hub's newest signed head of the log that this device has, at most 256 bytes. Null
   * while there is none.
   */
  head(): Uint8Array | null
  /**
   * Compares a head that another member shows with the log of this device, and reports a
   * `forked-log` with the proof if the hub signed both. Ignores anything else. `known` returns the
   * hash of an entry that this device has read, or null.
   */
  compareHead(signed: Uint8Array, known: (sequence: number) => Uint8Array | null): void
  /**
   * Deletes a room for a transfer at the hub. Resolves once that is done. Rejects with `closed`
   * after `close`.
   */
  remove(): Promise<void>
  /** Idempotent. */
  close(): void
}

export interface RoomFollower {
  /**
   * Receives verified entries of the log: each once per `follow`, in parts of any order (a log may
   * be read from its end). Resolves when their contents survive a crash; the carrier may then
   * record that, and continue after them at the next start. Repeated entries are ignored.
   */
  entries(entries: readonly RoomEntry[]): Promise<void>
  /**
   * Resolves when there is room for older entries: a carrier that is far behind delivers the newest
   * ones, and then waits for this before each part, from the oldest on.
   */
  ready?(): Promise<void>
  /** The hub no longer stores these. */
  trimmed(fromSequence: number, toSequence: number): void
  volatile(bytes: Uint8Array): void
  /**
   * `forked-log`: the hub showed different logs, and `proof` has both signed heads. All others are
   * informative.
   */
  problem(error: RoomProblem): void
  /** For carriers between devices. */
  readonly direct?: DirectFollower
}

/**
 * A follower that receives entries from other devices, before a log has them, or when no hub is
 * available.
 */
export interface DirectFollower {
  /**
   * Receives a message. Resolves to true if it is a member's and will survive a crash: anyone may
   * then forward it and append it to the log. `keep` stores the entry, before the message uses up
   * its key: otherwise a crash in between would leave a message that no log ever gets.
   */
  take(clientId: Uint8Array, bytes: Uint8Array, keep: () => Promise<void>): Promise<boolean>
  /** Returns whether a device that knows the room may receive its entries. */
  meets(device: Uint8Array): boolean
  /** Another device has an own message. */
  received(clientId: Uint8Array): void
}

export interface RoomProblem {
  readonly code: string
  readonly message: string
  /** Two heads that the hub signed (`proveEquivocation`). */
  readonly proof?: readonly [Uint8Array, Uint8Array]
}

/** Identifies a device of a person. */
export interface DeviceAddress {
  readonly did: string
  /** SHA-256 of the device's description. 32 bytes. */
  readonly device: Uint8Array
}

export interface Inboxes {
  /**
   * Delivers bytes to the inbox of a device, of at most 64 KiB. `home`: see `RoomToFollow`.
   * Resolves with `delivered` once they are stored, even if by an earlier delivery with the same
   * client id, and with `refused` if retrying is pointless. Waits for a connection as long as it
   * takes; rejects with `closed` only.
   */
  deliver(
    to: DeviceAddress,
    home: string,
    clientId: Uint8Array,
    bytes: Uint8Array,
  ): Promise<'delivered' | 'refused'>
  /**
   * Receives entries of this device's own inbox, at all homes. One listener. An entry is deleted at
   * the hub once `entry` has resolved. Returns a function that stops listening.
   */
  listen(entry: (entry: InboxEntry) => Promise<void>): () => void
}

export interface InboxEntry {
  readonly home: string
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

/** Key packages at the homes where other devices look them up. */
export interface KeyPackages {
  /**
   * Returns how many one-time ones of this device are left, and the ref of the published last
   * resort, if any. `isComplete`: whether all homes have answered; the others are queried again
   * soon. Rejects while nothing is known.
   */
  own(): Promise<{
    readonly oneTime: number
    readonly lastResort: Uint8Array | null
    readonly isComplete: boolean
  }>
  /**
   * Adds one-time ones, and replaces the last resort unless it is null. With `replaces`, all
   * existing ones are deleted. Rejects if that has failed, possibly in part.
   */
  publish(
    oneTime: readonly PublishedKeyPackage[],
    lastResort: PublishedKeyPackage | null,
    options?: { readonly replaces?: boolean },
  ): Promise<void>
  /**
   * Takes one of a device: a one-time one, or the last resort. Null if it has none. `home`: the hub
   * to query. Rejects if that is unknown.
   */
  take(of: DeviceAddress, home: string): Promise<Uint8Array | null>
}

export interface PublishedKeyPackage {
  /** 32 bytes. */
  readonly ref: Uint8Array
  readonly bytes: Uint8Array
}

/** Everything known to this device about a person. */
export interface KnownPerson {
  /** The newest verified device list. Null if none is known. */
  readonly list: SignedDeviceList | null
  readonly isContact: boolean
  /** Nothing from a blocked person is shown. */
  readonly isBlocked: boolean
}

export interface People {
  /**
   * Returns what is known about a person. Queries the hub at `home` if nothing is known, or for a
   * newer list. Null if there is no such person.
   */
  find(did: string, home: string): Promise<KnownPerson | null>
  /** Returns what is already known, without a query. */
  known(did: string): KnownPerson | null
  /**
   * Calls `changed` after a person has changed, or unspecified ones: a new device list, contact,
   * blocked. Any number of listeners. Returns a function that stops listening.
   */
  listen(changed: (did?: string) => void): () => void
}
