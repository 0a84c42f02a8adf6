/**
 * Simulated hub processes and members in one program: all messages pass in memory, on a virtual
 * clock.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { type Connect, type LinkEvents, RoomError } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { type Random, seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import type { Connection, Member, RoomsGiven } from '../contracts.ts'
import { RoomService } from '../room-service.ts'
import type { RoomSession } from '../session.ts'

interface TestLink extends Connection {
  session: RoomSession | null
  isOpen: boolean
  end(reason: string, isFinal: boolean): void
}

export class RoomWorld {
  readonly clock = new VirtualClock()
  readonly random: Random
  readonly key = KeyPair.generate()
  readonly services: RoomService[] = []
  /** Members whose session has ended. */
  readonly ended = new Set<string>()
  readonly errors: unknown[] = []
  /** Whether frames between processes get lost. */
  isChannelCut = false
  /** Bytes queued for each client. */
  waitingBytes = 0
  readonly #stores: RoomsGiven['stores']
  /** Store calls that the disk has not completed yet. */
  #storeCalls = 0
  readonly #listeners: ((frame: Uint8Array) => void)[] = []
  readonly #links = new Set<TestLink>()
  readonly #processOf = new Map<TestLink, number>()
  readonly #deviceKeys = new Map<string, readonly Uint8Array[]>()

  constructor(stores: RoomsGiven['stores'], seed = 1) {
    this.#stores = stores
    this.random = seededRandom(seed)
  }

  /** Starts a process of the hub. Returns its number. */
  start({ stores = this.#stores, ...given }: Partial<RoomsGiven> = {}): number {
    const { clock, random } = this
    const counted = { rooms: this.#counted(stores.rooms), inboxes: this.#counted(stores.inboxes) }
    const service = new RoomService({
      ...{ stores: counted, clock, random, signer: this.key, secret: this.key.publicKey },
      openChannel: onFrame => {
        const at = this.#listeners.push(onFrame) - 1
        return {
          state: 'joined',
          joins: 1,
          publish: frame => {
            if (this.isChannelCut) return
            const others = this.#listeners.filter((_, other) => other !== at)
            clock.after(1, () => {
              for (const listener of others) listener(frame)
            })
          },
        }
      },
      stunPort: () => 6969,
      isHere: hub => hub === 'https://here.example',
      deviceKeys: async did => this.#deviceKeys.get(did) ?? [],
      isActive: async ({ did }) => !this.ended.has(did),
      onError: error => void this.errors.push(error),
      ...given,
    })
    return this.services.push(service) - 1
  }

  setDeviceKeys(did: string, keys: readonly Uint8Array[]): void {
    this.#deviceKeys.set(did, keys)
  }

  /** Drops all connections to a process without notice, as if it were killed. */
  cut(process?: number): void {
    for (const link of [...this.#links])
      if (process === undefined || link.session === null || this.#processOf.get(link) === process)
        link.end('cut', false)
  }

  /** Lets all clients drain their queues. */
  drained(): void {
    for (const { session } of this.#links) session?.drained()
  }

  /** Connects a member to the process with this number. */
  connect(member: Member, process: () => number = () => 0): Connect {
    return async events => {
      await turn()
      if (this.ended.has(member.did)) throw new RoomError('unauthorized', 'log in')
      const number = process()
      const link = this.#link(events)
      this.#processOf.set(link, number)
      const service = this.services[number]!
      const session = service.connect(link, member)
      link.session = session
      if (!session) throw new RoomError('unavailable', 'no room')
      link.end = (reason, isFinal) => {
        if (!link.isOpen) return
        link.isOpen = false
        this.#links.delete(link)
        service.disconnected(session)
        events.closed(reason, isFinal)
      }
      return {
        request: async (name, input) => {
          await turn()
          const answer = link.isOpen ? await session.request(name, input) : null
          await turn()
          return link.isOpen && answer ? answer : new Promise(() => {})
        },
        volatile: (room, bytes) => session.volatile({ room, bytes }),
        close: () => {
          if (!link.isOpen) return
          link.isOpen = false
          this.#links.delete(link)
          service.disconnected(session)
        },
      }
    }
  }

  /** Advances time until `condition` holds. Throws after a minute of the virtual clock. */
  async until(what: string, condition: () => boolean): Promise<void> {
    for (let at = 0; at < 6000; at++) {
      await this.#storesIdle()
      if (condition()) return
      await this.clock.advance(10)
    }
    throw new Error(`not within a minute: ${what}`)
  }

  /** Delivers messages in flight, and lets the resulting work finish. */
  async quiet(): Promise<void> {
    for (let at = 0; at < 100; at++) {
      await this.#storesIdle()
      await this.clock.advance(10)
    }
    await this.#storesIdle()
  }

  /** Time stops while the stores work, however slow the disk is. */
  async #storesIdle(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) await turn()
    while (this.#storeCalls > 0) for (let turns = 0; turns < 5; turns++) await turn()
  }

  #counted<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const result: unknown = value.apply(target, args)
          if (!(result instanceof Promise)) return result
          this.#storeCalls++
          return result.finally(() => this.#storeCalls--)
        }
      },
    })
  }

  #link(events: LinkEvents): TestLink {
    const world = this
    const link: TestLink = {
      session: null,
      isOpen: true,
      get waitingBytes() {
        return world.waitingBytes
      },
      isBusy: false,
      send: ({ name, body }) => {
        this.clock.after(1, () => {
          if (link.isOpen) events.received(name, body)
        })
      },
      // After what was sent before.
      close: reason => void this.clock.after(1, () => link.end(reason, reason === 'ended')),
      end() {},
    }
    this.#links.add(link)
    return link
  }
}
