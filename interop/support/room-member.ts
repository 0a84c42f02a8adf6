/**
 * A member of a hub who continuously posts to a room and writes to the inboxes of others, over real
 * connections, and records what arrives. Runs in Node and in pages.
 */
import { limitMs, until } from '@shoal/testing'
import {
  type RoomError,
  type RoomLog,
  RoomsClient,
  type SentInboxEntry,
  type SocketOptions,
  socketConnect,
} from '../../packages/hub-api/src/rooms/rooms.ts'
import { fromHex, hex, systemClock, systemRandom } from '../../packages/torrent/src/base/index.ts'

/** A hub allows 20 entries a second, including repeated ones. */
const PAUSE_MS = 75
const MAX_UNACKNOWLEDGED = 20
/** One of this many entries is sent twice. */
const REPEAT = 5
/**
 * Delay between two inbox entries. A hub allows 0.1 per second, and 100 at once, from one account
 * to one device.
 */
const DELIVERY_MS = 800
const AGAIN_MS = 300

export interface Posted {
  readonly sequence: number
  /** In hex, like all bytes in this file. */
  readonly hash: string
  readonly text: string
}

export interface Delivered {
  readonly device: string
  readonly clientId: string
  readonly text: string
  /** How often it was sent. */
  readonly times: number
}

export interface Received {
  readonly clientId: string
  readonly text: string
  /** How often it arrived: repeatedly only if it was sent again. */
  times: number
}

/** The state of a member, as data that a page can return. */
export interface RoomMemberState {
  readonly name: string
  readonly device: string
  /** Number of the newest verified entry. */
  readonly last: number
  /** The newest head that the hub has signed for this member. */
  readonly signed: string | null
  readonly isConnected: boolean
  readonly disconnects: number
  /** Whether everything that it sent is acknowledged, and it has acknowledged its inbox. */
  readonly isIdle: boolean
  readonly entries: readonly (readonly [sequence: number, hash: string])[]
  readonly acknowledged: readonly Posted[]
  readonly delivered: readonly Delivered[]
  readonly inbox: readonly Received[]
  /** Errors that no fault may cause. */
  readonly problems: readonly string[]
}

export interface RoomMemberOptions extends SocketOptions {
  readonly name: string
  /** The hub, or the gate in front of its processes. */
  readonly url: string
  /** In hex. */
  readonly room: string
  readonly device: string
  /** Devices to whose inboxes it writes. */
  readonly others: readonly string[]
}

/** A member in this process, or in a page. */
export interface Member {
  post(): Promise<void> | void
  pause(): Promise<void> | void
  state(): Promise<RoomMemberState> | RoomMemberState
  /** Number of its acknowledged entries. A page can return that at once, while its state grows. */
  acknowledgedCount(): Promise<number> | number
}

export class RoomMember implements Member {
  readonly #options: RoomMemberOptions
  readonly #entries = new Map<number, string>()
  readonly #acknowledged: Posted[] = []
  readonly #delivered: Delivered[] = []
  readonly #inbox = new Map<string, Received>()
  readonly #problems: string[] = []
  readonly #client: RoomsClient
  readonly #log: RoomLog
  #posting: Promise<unknown> | undefined
  #isPosting = false
  #posted = 0
  #disconnects = 0
  #inboxSince = 0
  #taken = 0
  #isTaking = false

  constructor(options: RoomMemberOptions) {
    this.#options = options
    const { room, device: _, ...given } = options
    this.#client = new RoomsClient(
      {
        ...{ clock: systemClock, random: systemRandom },
        connect: socketConnect(given),
      },
      {
        disconnected: () => void this.#disconnects++,
        ended: error => void this.#problems.push(`ended: ${error.message}`),
        inbox: entries => this.#receive(entries),
        problem: error => void this.#problems.push(`${error.code}: ${error.message}`),
      },
    )
    this.#log = this.#client.follow(
      { room: fromHex(room)! },
      {
        entries: entries => {
          for (const { sequence, hash } of entries) {
            if (this.#entries.has(sequence)) this.#problems.push(`${sequence} came twice`)
            this.#entries.set(sequence, hex(hash))
          }
        },
        problem: error => void this.#problems.push(`${error.code}: ${error.message}`),
      },
    )
  }

  post(): void {
    if (this.#isPosting) return
    this.#isPosting = true
    this.#posting = Promise.all([this.#postAll(), this.#deliverAll()])
  }

  /** Resolves when everything is acknowledged. */
  async pause(): Promise<void> {
    this.#isPosting = false
    await this.#posting
  }

  state(): RoomMemberState {
    const isQuiet = !this.#isPosting && this.#log.unacknowledged === 0
    return {
      ...{ name: this.#options.name, device: this.#options.device, last: this.#log.since },
      signed: hexOrNull(this.#log.parts.at(-1)!.signed),
      ...{ isConnected: this.#client.isConnected, disconnects: this.#disconnects },
      isIdle: isQuiet && this.#taken === this.#inboxSince,
      ...{ entries: [...this.#entries], acknowledged: this.#acknowledged, delivered: this.#delivered },
      ...{ inbox: [...this.#inbox.values()], problems: this.#problems },
    }
  }

  acknowledgedCount(): number {
    return this.#acknowledged.length
  }

  close(): void {
    this.#isPosting = false
    this.#client.close()
  }

  async #postAll(): Promise<void> {
    const waiting: Promise<void>[] = []
    while (this.#isPosting) {
      if (this.#log.unacknowledged < MAX_UNACKNOWLEDGED) waiting.push(this.#append(this.#posted++))
      await pause(PAUSE_MS)
    }
    await Promise.all(waiting)
  }

  async #append(at: number): Promise<void> {
    const text = `${this.#options.name} ${at} ${Math.random()}`
    const [bytes, clientId] = [new TextEncoder().encode(text), systemRandom.bytes(16)]
    try {
      const { sequence, hash } = await this.#log.append(bytes, clientId)
      this.#acknowledged.push({ sequence, hash: hex(hash), text })
      if (at % REPEAT > 0) return
      const again = await this.#log.append(bytes, clientId)
      if (again.sequence !== sequence || hex(again.hash) !== hex(hash))
        this.#problems.push(`${sequence} was stored again as ${again.sequence}`)
    } catch (error) {
      this.#failed('append', error as RoomError)
    }
  }

  async #deliverAll(): Promise<void> {
    const { name, others } = this.#options
    for (let at = 0; this.#isPosting && others.length > 0; at++) {
      await this.#deliver(others[at % others.length]!, `${name} for one ${at} ${Math.random()}`)
      await pause(DELIVERY_MS)
    }
  }

  /** Sends an entry to an inbox until the hub has stored it. */
  async #deliver(device: string, text: string): Promise<void> {
    const clientId = systemRandom.bytes(16)
    const delivery = { device: fromHex(device)!, clientId, bytes: new TextEncoder().encode(text) }
    for (let times = 1; ; times++) {
      try {
        const { outcomes } = await this.#client.request('deliver', { deliveries: [delivery] })
        if (outcomes[0] === 'delivered' || outcomes[0] === 'repeated') {
          this.#delivered.push({ device, clientId: hex(clientId), text, times })
          return
        }
        // The inbox does not exist before its device has connected.
        if (outcomes[0] !== 'unknown' && outcomes[0] !== 'refused')
          return void this.#problems.push(`a delivery is ${outcomes[0]}`)
      } catch (error) {
        if (!this.#failed('deliver', error as RoomError)) return
      }
      await pause(AGAIN_MS)
    }
  }

  #receive(entries: readonly SentInboxEntry[]): void {
    for (const { sequence, clientId, bytes } of entries) {
      if (sequence <= this.#inboxSince) this.#problems.push(`${sequence} of the inbox came twice`)
      this.#inboxSince = sequence
      const [id, text] = [hex(clientId), new TextDecoder().decode(bytes)]
      const known = this.#inbox.get(id)
      if (known && known.text !== text) this.#problems.push(`${sequence} of the inbox has the id of another`)
      // The hub forgets the ids of what this device has acknowledged.
      if (known) known.times++
      else this.#inbox.set(id, { clientId: id, text, times: 1 })
    }
    void this.#take()
  }

  async #take(): Promise<void> {
    if (this.#isTaking) return
    this.#isTaking = true
    while (this.#taken < this.#inboxSince) {
      const through = this.#inboxSince
      try {
        await this.#client.taken(through)
        this.#taken = through
      } catch (error) {
        if (!this.#failed('taken', error as RoomError)) break
        await pause(AGAIN_MS)
      }
    }
    this.#isTaking = false
  }

  /** Returns whether a retry may succeed. */
  #failed(name: string, { code, message }: RoomError): boolean {
    if (code === 'closed') return false
    const isPassing = ['unavailable', 'busy', 'stopping', 'too-many-requests'].includes(code)
    if (!isPassing) this.#problems.push(`${name}: ${code}: ${message}`)
    return isPassing
  }
}

/** Resolves when each of the members has this many more acknowledged entries. */
export async function more(members: readonly Member[], count: number): Promise<void> {
  await Promise.all(
    members.map(async member => {
      const before = await member.acknowledgedCount()
      await until(
        `${count} more entries are acknowledged`,
        async () => (await member.acknowledgedCount()) >= before + count,
        { timeoutMs: limitMs(120), intervalMs: 100 },
      )
    }),
  )
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => void setTimeout(resolve, ms))
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes && hex(bytes)
}
