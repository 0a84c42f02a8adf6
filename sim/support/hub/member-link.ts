/**
 * Connections between members and processes of the simulated hub: messages arrive in order, late or
 * twice, or the connection ends.
 */
import type {
  Connection as ClientConnection,
  Member,
  Outgoing,
} from '../../../apps/hub/src/rooms/contracts.ts'
import type { RoomSession } from '../../../apps/hub/src/rooms/session.ts'
import {
  type Connect,
  type Link,
  type LinkEvents,
  RoomError,
} from '../../../packages/hub-api/src/rooms/rooms.ts'
import { type HubProcess, type HubWorld, LATEST_MS } from './hub-world.ts'

/** Maximum time until a side notices that the other one has disconnected. */
const NOTICE_MS = 30_000
/** Maximum time for connecting. */
const CONNECT_MS = 10_000

/** A member's connection to the hub. */
export class MemberNetwork {
  readonly #world: HubWorld
  readonly #member: Member
  readonly #links = new Set<SimulatedLink>()
  /** Selects a process. */
  readonly #choose: () => HubProcess | null
  isCut = false

  constructor(world: HubWorld, member: Member, choose: () => HubProcess | null) {
    this.#world = world
    this.#member = member
    this.#choose = choose
  }

  readonly connect: Connect = async (events, { signal }) => {
    const { clock, random } = this.#world
    const wait = (ms: number) =>
      new Promise<void>((resolve, reject) => {
        const cancel = clock.after(ms, () => {
          signal.removeEventListener('abort', abort)
          resolve()
        })
        const abort = () => {
          cancel()
          reject(signal.reason)
        }
        signal.addEventListener('abort', abort, { once: true })
      })
    await wait(1 + random.below(20))
    if (this.isCut) await wait(CONNECT_MS)
    const process = this.isCut ? null : this.#choose()
    if (!process) throw new RoomError('unavailable', 'The hub cannot be reached')
    const link = new SimulatedLink(this.#world, process, events, () => this.#links.delete(link))
    this.#links.add(link)
    if (!link.open(this.#member)) throw new RoomError('unavailable', 'The process accepts no more')
    return link
  }

  /**
   * Blocks all messages. `breaks`: connections end, and each side notices separately; otherwise
   * messages arrive later.
   */
  cut(breaks: boolean): void {
    this.isCut = true
    for (const link of this.#links) {
      if (breaks) link.breakOff(this.#world.random.below(NOTICE_MS))
      else link.stall()
    }
  }

  heal(): void {
    this.isCut = false
    for (const link of this.#links) link.resume()
  }
}

/** Messages in one direction, in order. */
class Pipe {
  readonly #world: HubWorld
  readonly #isOpen: () => boolean
  #arrivalMs = 0
  #stalled: (() => void)[] | null = null

  constructor(world: HubWorld, isOpen: () => boolean) {
    this.#world = world
    this.#isOpen = isOpen
  }

  send(arrive: () => void): void {
    const { clock, random, disturbances } = this.#world
    const delayMs = 1 + random.below(this.#world.chance(disturbances.late) ? LATEST_MS : 20)
    this.#arrivalMs = Math.max(this.#arrivalMs, clock.nowMs() + delayMs)
    clock.after(this.#arrivalMs - clock.nowMs(), () => {
      if (this.#stalled) this.#stalled.push(arrive)
      else if (this.#isOpen()) arrive()
    })
  }

  stall(): void {
    this.#stalled ??= []
  }

  resume(): void {
    const stalled = this.#stalled ?? []
    this.#stalled = null
    for (const arrive of stalled) if (this.#isOpen()) arrive()
  }
}

/** Messages that can arrive twice without harm to the protocol. */
const REPEATED_PUSHES = ['entries', 'news', 'inbox']
const REPEATED_REQUESTS = ['append', 'deliver', 'taken', 'read', 'inbox']

class SimulatedLink implements ClientConnection, Link {
  readonly isBusy = false
  waitingBytes = 0
  readonly #world: HubWorld
  readonly #process: HubProcess
  readonly #events: LinkEvents
  readonly #onEnd: () => void
  readonly #up: Pipe
  readonly #down: Pipe
  readonly #killed = () => this.breakOff(this.#world.random.below(this.#world.chance(20) ? NOTICE_MS : 100))
  #session: RoomSession | null = null
  #isBroken = false
  /** The client's side. */
  #isOpen = true
  /** The hub's side. */
  #isServed = true

  constructor(world: HubWorld, process: HubProcess, events: LinkEvents, onEnd: () => void) {
    this.#world = world
    this.#process = process
    this.#events = events
    this.#onEnd = onEnd
    this.#up = new Pipe(world, () => !this.#isBroken && this.#isServed)
    this.#down = new Pipe(world, () => !this.#isBroken && this.#isOpen)
    process.onEnd.add(this.#killed)
  }

  open(member: Member): boolean {
    this.#session = this.#process.service.connect(this, member)
    return this.#session !== null
  }

  // The hub's side.

  send({ name, body }: Outgoing): void {
    const bytes = 100 * (1 + ('entries' in body ? body.entries.length : 0))
    this.waitingBytes += bytes
    const arrive = () => {
      if (this.#isOpen && !this.#isBroken) this.#events.received(name, body)
    }
    this.#down.send(() => {
      this.waitingBytes -= bytes
      arrive()
      this.#session?.drained()
      if (REPEATED_PUSHES.includes(name)) this.#perhapsAgain(arrive)
    })
  }

  /** Called by the hub and by the client: each ends its own side. */
  close(reason?: Parameters<ClientConnection['close']>[0]): void {
    if (reason) {
      this.#down.send(() => this.#clientClosed(reason, reason === 'ended'))
      this.#world.clock.after(0, () => this.#served())
    } else if (this.#isOpen) {
      this.#isOpen = false
      this.#up.send(() => this.#served())
      this.#onEnd()
    }
  }

  // The client's side.

  request(name: string, input: unknown): Promise<unknown> {
    return new Promise(resolve => {
      const arrive = (answered: (answer: unknown) => void) => {
        if (!this.#isServed || this.#isBroken) return
        void this.#session!.request(name, input).then(answer => answer && answered(answer))
      }
      this.#up.send(() => {
        arrive(answer => {
          if (this.#process.isAlive) this.#down.send(() => resolve(answer))
        })
        if (REPEATED_REQUESTS.includes(name)) this.#perhapsAgain(() => arrive(() => {}))
      })
    })
  }

  volatile(room: Uint8Array, bytes: Uint8Array): void {
    this.#up.send(() => this.#session!.volatile({ room, bytes }))
  }

  // Faults.

  /** Nothing arrives from now on. The client notices after this time, and the hub after another. */
  breakOff(noticedMs: number): void {
    if (this.#isBroken) return
    this.#isBroken = true
    const { clock, random } = this.#world
    clock.after(noticedMs, () => this.#clientClosed('gone', false))
    clock.after(random.below(NOTICE_MS), () => this.#served())
  }

  stall(): void {
    this.#up.stall()
    this.#down.stall()
  }

  resume(): void {
    this.#up.resume()
    this.#down.resume()
  }

  /** Delivers a message a second time, in some cases. */
  #perhapsAgain(arrive: () => void): void {
    const { clock, random, disturbances } = this.#world
    if (this.#world.chance(disturbances.twice)) clock.after(random.below(LATEST_MS), arrive)
  }

  #clientClosed(reason: string, isFinal: boolean): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#onEnd()
    this.#events.closed(reason, isFinal)
  }

  #served(): void {
    if (!this.#isServed) return
    this.#isServed = false
    this.#process.onEnd.delete(this.#killed)
    if (this.#session && this.#process.isAlive) this.#process.service.disconnected(this.#session)
  }
}
