/**
 * A member with one device, which uses the client like a chat: it stores what arrives, and resends
 * what was not acknowledged.
 */
import type { Member } from '../../../apps/hub/src/rooms/contracts.ts'
import {
  type LogEntry,
  type Part,
  type RoomError,
  type RoomLog,
  RoomsClient,
  type SentDelivery,
  type SentInboxEntry,
} from '../../../packages/hub-api/src/rooms/rooms.ts'
import type { HubProcess, HubWorld } from './hub-world.ts'
import { MemberNetwork } from './member-link.ts'

export interface Post {
  readonly room: Uint8Array
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

export interface Acknowledgement extends Post {
  readonly sequence: number
  readonly hash: Uint8Array
}

/** The part of a room's log on a member's disk. */
interface StoredLog {
  /** By number. */
  readonly entries: Map<number, LogEntry>
  parts: readonly Part[]
}

/** Transient errors. */
const PASSING = ['unavailable', 'busy', 'stopping', 'too-many-requests', 'closed']
const AGAIN_MS = 1000

export interface Mistakes {
  /** Acknowledges inbox entries before storing them. */
  readonly takesFirst?: boolean
  /** Resends an unacknowledged entry as a new one. */
  readonly resendsAsNew?: boolean
}

export class SimulatedMember {
  readonly name: string
  readonly network: MemberNetwork
  readonly device: Uint8Array
  readonly logs = new Map<string, RoomLog>()
  readonly stored = new Map<string, StoredLog>()
  readonly acknowledged: Acknowledgement[] = []
  /** Inbox entries that this device has stored, by number. */
  readonly inbox = new Map<number, SentInboxEntry>()
  /** Deliveries of this member that the hub has confirmed. */
  readonly delivered: SentDelivery[] = []
  /** Permanent errors. */
  readonly problems: RoomError[] = []
  readonly #world: HubWorld
  readonly #mistakes: Mistakes
  readonly #unacknowledged = new Map<string, Post>()
  readonly #undelivered = new Set<SentDelivery>()
  #client: RoomsClient | null = null
  #inboxSince = 0
  #taken = 0

  constructor(
    world: HubWorld,
    name: string,
    choose: () => HubProcess | null = () => world.anyProcess(),
    mistakes: Mistakes = {},
  ) {
    this.name = name
    this.#world = world
    this.#mistakes = mistakes
    this.device = world.random.bytes(32)
    const member: Member = { did: `did:example:${name}`, sessionId: name, device: this.device }
    this.network = new MemberNetwork(world, member, choose)
  }

  get isConnected(): boolean {
    return this.#client?.isConnected ?? false
  }

  /**
   * Whether the hub has confirmed everything, and this device has everything that the hub
   * announced.
   */
  get isDone(): boolean {
    const isRead = [...this.logs.values()].every(log => log.isCaughtUp)
    const isTaken = this.#taken === this.#inboxSince
    return this.isConnected && isRead && isTaken && this.#unacknowledged.size + this.#undelivered.size === 0
  }

  come(): void {
    if (this.#client) return
    const world = this.#world
    world.note(`${this.name} comes`)
    const client = new RoomsClient(
      {
        ...{ connect: this.network.connect, clock: world.clock, random: world.random },
        ...{ hub: world.key.publicKey, inboxSince: this.#inboxSince },
      },
      {
        connected: () => {
          world.note(`${this.name} is connected`)
          if (this.#taken < this.#inboxSince) this.#take()
        },
        ended: error => world.violated(`${this.name} does not connect again: ${error.message}`),
        inbox: entries => this.#receive(entries),
        problem: error => this.#problem('inbox', error),
      },
    )
    this.#client = client
    for (const { id } of this.#rooms()) this.#follow(id)
    for (const post of this.#unacknowledged.values()) this.#append(post)
    for (const delivery of this.#undelivered) this.#deliver(delivery)
  }

  /** Kills the member's program. What it has stored so far remains on its disk. */
  leave(): void {
    if (!this.#client) return
    this.#world.note(`${this.name} leaves`)
    this.#client.close()
    this.#client = null
    this.logs.clear()
  }

  follow(room: Uint8Array): void {
    const key = keyOf(room)
    if (!this.stored.has(key)) this.stored.set(key, { entries: new Map(), parts: [] })
    if (this.#client && !this.logs.has(key)) this.#follow(room)
  }

  /** Posts an entry now, or when the member is back. */
  post(post: Post): void {
    this.follow(post.room)
    this.#unacknowledged.set(keyOf(post.clientId), post)
    if (this.#client) this.#append(post)
  }

  deliver(delivery: SentDelivery): void {
    this.#undelivered.add(delivery)
    this.#deliver(delivery)
  }

  #rooms(): { readonly id: Uint8Array }[] {
    return Array.from(this.stored.keys(), key => ({ id: Uint8Array.from(Buffer.from(key, 'hex')) }))
  }

  #follow(room: Uint8Array): void {
    const key = keyOf(room)
    const stored = this.stored.get(key)!
    const options = { room, parts: stored.parts, screen: 4 }
    const log = this.#client!.follow(options, {
      entries: entries => {
        for (const entry of entries) {
          if (stored.entries.has(entry.sequence))
            this.#world.violated(`${this.name} got entry ${entry.sequence} twice`)
          stored.entries.set(entry.sequence, entry)
        }
        stored.parts = log.parts
        this.#world.note(`${this.name} has ${entries.map(({ sequence }) => sequence).join(' ')}`)
      },
      trimmed: (from, to) => this.#world.violated(`${this.name} heard that ${from} to ${to} were deleted`),
      problem: error => this.#problem('log', error),
    })
    this.logs.set(key, log)
  }

  #append(post: Post): void {
    const log = this.logs.get(keyOf(post.room))!
    const clientId = this.#mistakes.resendsAsNew ? this.#world.random.bytes(16) : post.clientId
    log.append(post.bytes, clientId).then(
      ({ sequence, hash }) => {
        this.#world.note(`${this.name} has posted ${sequence}`)
        this.#unacknowledged.delete(keyOf(post.clientId))
        this.acknowledged.push({ ...post, clientId, sequence, hash })
      },
      (error: RoomError) => {
        if (error.code !== 'closed') this.#problem('append', error)
      },
    )
  }

  #deliver(delivery: SentDelivery): void {
    const client = this.#client
    if (!client) return
    const again = () =>
      this.#world.clock.after(AGAIN_MS, () => {
        if (client === this.#client && this.#undelivered.has(delivery)) this.#deliver(delivery)
      })
    client.request('deliver', { deliveries: [delivery] }).then(
      ({ outcomes: [outcome] }) => {
        if (outcome === 'unknown') return again()
        if (outcome !== 'delivered' && outcome !== 'repeated')
          return this.#world.violated(`a delivery of ${this.name} is ${outcome}`)
        this.#world.note(`${this.name} has delivered`)
        // An earlier answer may have arrived late.
        if (this.#undelivered.delete(delivery)) this.delivered.push(delivery)
      },
      (error: RoomError) => {
        this.#problem('deliver', error)
        again()
      },
    )
  }

  #receive(entries: readonly SentInboxEntry[]): void {
    const client = this.#client
    if (this.#mistakes.takesFirst) {
      client!.taken(entries.at(-1)!.sequence).catch(() => {})
      this.#world.clock.after(this.#world.random.below(AGAIN_MS), () => {
        if (client === this.#client) this.#store(entries)
      })
    } else {
      this.#store(entries)
      this.#take()
    }
  }

  #store(entries: readonly SentInboxEntry[]): void {
    for (const entry of entries) {
      if (this.inbox.has(entry.sequence))
        this.#world.violated(`${this.name} got ${entry.sequence} of its inbox twice`)
      this.inbox.set(entry.sequence, entry)
      this.#inboxSince = entry.sequence
    }
    this.#world.note(`${this.name} has ${this.#inboxSince} of its inbox`)
  }

  #take(): void {
    const client = this.#client
    const through = this.#inboxSince
    client?.taken(through).then(
      () => {
        this.#taken = Math.max(this.#taken, through)
      },
      (error: RoomError) => {
        this.#problem('taken', error)
        this.#world.clock.after(AGAIN_MS, () => {
          if (client === this.#client && this.#taken < through) this.#take()
        })
      },
    )
  }

  #problem(where: string, error: RoomError): void {
    this.#world.note(`${this.name}: ${where}: ${error.code}`)
    if (PASSING.includes(error.code)) return
    this.problems.push(error)
    this.#world.violated(`${this.name}: ${where}: ${error.stack}`)
  }
}

export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
