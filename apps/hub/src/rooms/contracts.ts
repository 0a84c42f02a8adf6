/**
 * Contracts between room logs and their environment: the simulator has other implementations than
 * the hub.
 */
import type { Pushes, PushName } from '@shoal/hub-api/rooms'
import type { Inboxes, RoomLogs } from '@shoal/hub-stores'
import type { Signer } from '@shoal/identity/devices'
import type { Clock, Random } from '@shoal/torrent/base'

/** Person and device at the other end of a connection. */
export interface Member {
  /** A DID, or the `guestName` of somebody without an account. */
  readonly did: string
  readonly sessionId: string
  /**
   * Hash of the device's description, 32 bytes. Null for sessions without a device, which have no
   * inbox.
   */
  readonly device: Uint8Array | null
}

const GUEST = 'guest '

/**
 * Returns the name that people without an account have instead of a DID. They can only enter the
 * rooms of shares. All from one address count as one account. `network`: of their address.
 */
export function guestName(network: string): string {
  return `${GUEST}${network}`
}

/** The name of all people without an account together. */
export const ALL_GUESTS = guestName('*')

export function isGuest({ did }: Pick<Member, 'did'>): boolean {
  return did.startsWith(GUEST)
}

/**
 * A message to one or many clients. A connection caches its encoded form in it, so that it is
 * encoded once.
 */
export class Outgoing<Name extends PushName = PushName> {
  readonly name: Name
  readonly body: Pushes[Name]
  encoded: unknown

  constructor(name: Name, body: Pushes[Name]) {
    this.name = name
    this.body = body
  }
}

/** A client. Messages arrive in order, or the connection ends. */
export interface Connection {
  /** Bytes queued for a slow client. */
  readonly waitingBytes: number
  /** Whether messages cannot be sent at once for the moment: volatile ones are dropped. */
  readonly isBusy: boolean
  send(outgoing: Outgoing): void
  /**
   * Closes the connection. The client reconnects, unless `reason` is `ended`: then its session has
   * ended.
   */
  close(reason: 'ended' | 'stopping' | 'bad-message' | 'too-slow'): void
}

/** Carries frames to the other processes of the hub. Frames may get lost. */
export interface Channel {
  /** `alone`: there are no others. `away`: they are unreachable for now. */
  readonly state: 'alone' | 'joined' | 'away'
  /** Number of times they became reachable again: frames sent before were lost. */
  readonly joins: number
  publish(frame: Uint8Array): void
}

export interface RoomsGiven {
  readonly stores: { readonly rooms: RoomLogs; readonly inboxes: Inboxes }
  /** Called once. */
  openChannel(onFrame: (frame: Uint8Array) => void): Channel
  readonly clock: Clock
  readonly random: Random
  /** Signs heads, with the hub's key. */
  readonly signer: Signer
  /** 32 bytes, the same in all processes of the hub. */
  readonly secret: Uint8Array
  /** UDP port at which this hub answers STUN. Null: none. */
  stunPort(): number | null
  /** Returns whether a signed home names this hub. */
  isHere(hub: string): boolean
  /** Returns the login keys of the devices in a person's newest device list. */
  deviceKeys(did: string): Promise<readonly Uint8Array[]>
  /** Returns whether the session and its account are valid. */
  isActive(member: Member): Promise<boolean>
  /** Receives unexpected errors. They never contain rooms or posters. */
  onError(error: unknown): void
  readonly limits?: Partial<ServiceLimits>
}

export interface ServiceLimits {
  /** Largest entry of a log, in bytes. The stores have their own limit. */
  readonly entryBytes: number
  readonly roomsPerConnection: number
  readonly connectionsPerAccount: number
  readonly connections: number
  /** Concurrent requests per connection. */
  readonly requestsAtOnce: number
  /** Queued bytes above which nothing is pushed to a client: it has to read instead. */
  readonly waitingBytes: number
  /** Tokens per second and burst size, per account. */
  readonly requests: Rate
  readonly appends: Rate
  readonly appendedBytes: Rate
  readonly creations: Rate
  readonly deliveries: Rate
  readonly deliveredBytes: Rate
  /** Deliveries per account and receiving device. */
  readonly deliveriesPerDevice: Rate
  readonly volatiles: Rate
  /** Interval of database polls for changes by other processes, in milliseconds. */
  readonly checkMs: number
  /** Time after which sessions are checked again. */
  readonly sessionMs: number
  /** Those of people without an account, where they differ. */
  readonly guests: GuestLimits
  /** Those of all of them together. They have at most half of `connections`. */
  readonly allGuests: Pick<ServiceLimits, 'appendedBytes' | 'creations'>
}

type GuestLimits = Pick<
  ServiceLimits,
  | 'entryBytes'
  | 'roomsPerConnection'
  | 'connectionsPerAccount'
  | 'requests'
  | 'appends'
  | 'appendedBytes'
  | 'creations'
  | 'volatiles'
>

export interface Rate {
  readonly perSecond: number
  readonly most: number
}

export const SERVICE_LIMITS: ServiceLimits = {
  entryBytes: 65_536,
  roomsPerConnection: 1000,
  connectionsPerAccount: 50,
  connections: 20_000,
  requestsAtOnce: 64,
  waitingBytes: 1 << 20,
  requests: { perSecond: 100, most: 2000 },
  appends: { perSecond: 20, most: 200 },
  appendedBytes: { perSecond: 2 << 20, most: 16 << 20 },
  creations: { perSecond: 1 / 60, most: 50 },
  deliveries: { perSecond: 2, most: 2000 },
  deliveredBytes: { perSecond: 65_536, most: 32 << 20 },
  deliveriesPerDevice: { perSecond: 0.1, most: 100 },
  volatiles: { perSecond: 10, most: 50 },
  checkMs: 5000,
  sessionMs: 300_000,
  // In a day, one address stores at most 23 MB, and makes 150 rooms.
  guests: {
    entryBytes: 16_384,
    roomsPerConnection: 10,
    connectionsPerAccount: 20,
    requests: { perSecond: 20, most: 400 },
    appends: { perSecond: 0.5, most: 30 },
    appendedBytes: { perSecond: 256, most: 1 << 20 },
    creations: { perSecond: 1 / 600, most: 5 },
    volatiles: { perSecond: 5, most: 20 },
  },
  // In a day, all of them store at most 421 MB.
  allGuests: {
    appendedBytes: { perSecond: 4096, most: 64 << 20 },
    creations: { perSecond: 0.1, most: 500 },
  },
}
