/**
 * Everything that the chat of one device needs from outside. A node, a page and a terminal implement these; the chat itself has no input or output. All bytes that go out are encrypted, except for names of
 * rooms and key packages.
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

/** The journals of one device. They are encrypted on the device, and one process writes them at a time. */
export interface Journals {
  /** Opens a journal; a new one has no records. `name`: 1 to 100 of the characters a to z, 0 to 9 and `-`. Each is opened once. */
  open(name: string): Promise<Journal>
  /** Deletes a journal with all its records. It need not be there. */
  remove(name: string): Promise<void>
}

/**
 * Records of 1 byte to 16 MiB, in order. `append` resolves when the record will survive a crash, and `replace` puts these records in the place of all before, at once or not at all. Calls do not wait for each other:
 * an implementation keeps their order. After a crash, what was not acknowledged is there as a whole or not at all. A damaged record is an error, never left out.
 */
export interface Journal extends GroupJournal {
  /** Reads all records, oldest first, a few at a time. */
  read(): AsyncIterable<Uint8Array>
}

/** The name of a room at any hub. See `RoomName` of the hub's stores. */
export interface ChatRoomName {
  /** A DID. */
  readonly creator: string
  /** 32 bytes. */
  readonly salt: Uint8Array
  /** `transfer`: it brings bytes to another device of its creator, and the hub deletes it after a day. */
  readonly kind: 'group' | 'share' | 'transfer'
}

/** A place in the log of a room. */
export interface Place {
  /** From 1; 0 for the start of the log, whose hash is the room's id. */
  readonly sequence: number
  /** The hash of the entry there, which covers all before. 32 bytes. */
  readonly hash: Uint8Array
}

export interface RoomToFollow {
  /** 32 bytes: `roomId(name)`. */
  readonly id: Uint8Array
  readonly name: ChatRoomName
  /** The secrets of the tokens that open the room (`roomToken`), 32 bytes each, the newest first. A hub may still have an earlier one. */
  readonly accessSecrets: readonly Uint8Array[]
  /** Where the room is, as `Rooms` understands it, such as the address of a hub. */
  readonly home: string
  /** Create the room if there is none. */
  readonly creates: boolean
  /** Entries up to here do not concern this device. */
  readonly after: Place
}

export interface RoomEntry {
  /** 16 bytes. */
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  /** Null if it came from another device directly (`DirectFollower`), and the hub may not have it. */
  readonly place: Place | null
}

export interface Rooms {
  /** Returns the id of a room. */
  idOf(name: ChatRoomName): Uint8Array
  /** Deletes what is remembered here of a room that is not followed any more. */
  forget(id: Uint8Array): Promise<void>
  /** Follows a room until it is closed. Never throws: it connects again by itself, and reports errors. */
  follow(room: RoomToFollow, listener: RoomFollower): RoomCarrier
}

export interface RoomCarrier {
  /**
   * Appends an entry. Resolves with its place once the hub has stored it; until then, it is sent again after each reconnect. An entry with a client id that the log has is not appended again. Rejects if the
   * entry will not be stored, and with `closed` after `close`.
   */
  append(clientId: Uint8Array, bytes: Uint8Array): Promise<Place>
  /**
   * The room has another secret from now on, since somebody was removed: see `RoomToFollow`. Sees to it after `withinMs` that the hub has it, unless another member has. Whoever has only an earlier one may
   * read what the log has until then.
   */
  renew(accessSecrets: readonly Uint8Array[], withinMs: number): void
  /** Sends up to 2,048 bytes to those who are there. It may get lost. */
  sendVolatile(bytes: Uint8Array): void
  /** Deletes a room for a transfer, for everybody. Resolves once the hub has done so. Rejects with `closed` after `close`. */
  remove(): Promise<void>
  /** Idempotent. */
  close(): void
}

export interface RoomFollower {
  /**
   * Entries of the log, verified: each once for every `follow`, in any order of parts (a log may be read from its end). Resolves when what they say survives a crash; the carrier may then remember that it has
   * them, and begin after them at the next start. What comes twice is ignored.
   */
  entries(entries: readonly RoomEntry[]): Promise<void>
  /** Resolves when there is room for older entries: a carrier that is far behind gives the newest ones, and then waits for this before each part, from the oldest on. */
  ready?(): Promise<void>
  /** The hub does not keep these any more. */
  trimmed(fromSequence: number, toSequence: number): void
  volatile(bytes: Uint8Array): void
  /** `forked-log`: the hub showed different logs, and `proof` has both signed heads. All others are for people to read. */
  problem(error: RoomProblem): void
  /** For carriers between devices. */
  readonly direct?: DirectFollower
}

/** A follower that takes entries from other devices, before a log has them, or when no hub is there. */
export interface DirectFollower {
  /** Takes a message. Resolves with true if it is one of a member and will survive a crash: it may then be passed on and appended to the log by anyone. */
  take(clientId: Uint8Array, bytes: Uint8Array): Promise<boolean>
  /** Returns true if a device that knows the room may get its entries. */
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

/** Names a device of a person. */
export interface DeviceAddress {
  readonly did: string
  /** SHA-256 of the device's description. 32 bytes. */
  readonly device: Uint8Array
}

export interface Inboxes {
  /**
   * Delivers bytes to the inbox of a device, of at most 64 KiB. `home`: see `RoomToFollow`. Resolves with `delivered` once they are stored, also if they were before (the client id says so), and with
   * `refused` if they will not be, however often one tries. Waits for a connection as long as it takes; rejects with `closed` only.
   */
  deliver(
    to: DeviceAddress,
    home: string,
    clientId: Uint8Array,
    bytes: Uint8Array,
  ): Promise<'delivered' | 'refused'>
  /** Listens to this device's own inbox, at all homes. One listener. An entry is deleted at the hub once `entry` has resolved. Returns a function that ends it. */
  listen(entry: (entry: InboxEntry) => Promise<void>): () => void
}

export interface InboxEntry {
  readonly home: string
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

/** Key packages at the places where other devices look for them. */
export interface KeyPackages {
  /**
   * Returns how many one-time ones of this device are left, and the ref of the last resort that is published, if any. `isComplete`: whether all places have answered; those that have not are asked again soon.
   * Rejects while nothing is known.
   */
  own(): Promise<{
    readonly oneTime: number
    readonly lastResort: Uint8Array | null
    readonly isComplete: boolean
  }>
  /** Adds one-time ones, and replaces the last resort unless it is null. With `replaces`, all that were there are deleted. Rejects if that has failed, perhaps in part. */
  publish(
    oneTime: readonly PublishedKeyPackage[],
    lastResort: PublishedKeyPackage | null,
    options?: { readonly replaces?: boolean },
  ): Promise<void>
  /** Takes one of a device: a one-time one, or the last resort. Null if it has none. `home`: where to look. Rejects if that is unknown. */
  take(of: DeviceAddress, home: string): Promise<Uint8Array | null>
}

export interface PublishedKeyPackage {
  /** 32 bytes. */
  readonly ref: Uint8Array
  readonly bytes: Uint8Array
}

/** Everything that is known here about a person. */
export interface KnownPerson {
  /** The newest device list, which was verified. Null if none is known. */
  readonly list: SignedDeviceList | null
  readonly isContact: boolean
  /** Nothing of a blocked person is shown. */
  readonly isBlocked: boolean
}

export interface People {
  /** Returns what is known of a person now. Asks the hub at `home` if nothing is known, or for a newer list. Null for nobody. */
  find(did: string, home: string): Promise<KnownPerson | null>
  /** Returns what is known already, without asking. */
  known(did: string): KnownPerson | null
  /** Calls `changed` after something about a person has changed, or about persons whom it does not name: a new device list, contact, blocked. Any number of listeners. Returns a function that ends it. */
  listen(changed: (did?: string) => void): () => void
}
