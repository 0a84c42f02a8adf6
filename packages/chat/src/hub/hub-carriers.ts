/**
 * Rooms, inboxes and key packages of a device at hubs: implements the chat's ports over
 * `@shoal/hub-api`.
 */

import { bytesToHex } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import { isPassing, RoomError, roomId, type SentInboxEntry } from '@shoal/hub-api/rooms'
import { type Clock, ConcurrencyLimiter, delay, type Random } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type {
  ChatPorts,
  DeviceAddress,
  InboxEntry,
  Inboxes,
  Journals,
  KeyPackages,
  Place,
  PublishedKeyPackage,
  RoomCarrier,
  RoomFollower,
  Rooms,
  RoomToFollow,
} from '../device/ports.ts'
import { type HubAccess, HubLink } from './hub-link.ts'
import { HubRoom, RETRY_MS } from './hub-room.ts'
import { KeptParts } from './kept-parts.ts'
import { closedError, deferred } from './rooms-link.ts'

export interface HubCarrierOptions {
  /**
   * Addresses of the hubs at which others find this device: its inboxes and key packages are there.
   */
  readonly homes: readonly string[]
  /**
   * Returns how to reach the hub at an address. Called once for each. Throws if this device has no
   * account there.
   */
  access(home: string): HubAccess
  readonly journals: Pick<Journals, 'open' | 'remove'>
  readonly clock: Clock
  readonly random: Random
  /** A hub has said hello. */
  readonly onConnected?: () => void
  /** Receives errors that are not fatal. */
  readonly onError?: (error: Error) => void
}

/**
 * An inbox that is full, or has received too much from this account, may have room later: delay
 * before a retry, which doubles up to the maximum.
 */
const FULL_MS = { first: 30_000, longest: 3_600_000 }
/** Concurrent deliveries to one hub, which limits the pending requests of a connection. */
const DELIVERIES_AT_ONCE = 16
/** Browsers slow down with more than five STUN servers. */
const MAX_STUN = 3

export class HubCarriers implements Pick<ChatPorts, 'rooms' | 'inboxes' | 'keyPackages'> {
  readonly rooms: Rooms
  readonly inboxes: Inboxes
  readonly keyPackages: KeyPackages
  readonly #options: HubCarrierOptions
  readonly #links = new Map<string, Hub>()
  readonly #kept: KeptParts
  readonly #closing = new AbortController()
  readonly #deliveries = new ConcurrencyLimiter({
    total: Number.POSITIVE_INFINITY,
    perKey: DELIVERIES_AT_ONCE,
  })
  #listener = Promise.withResolvers<(entry: InboxEntry) => Promise<void>>()

  /** Connects on first use. */
  constructor(options: HubCarrierOptions) {
    this.#options = options
    this.#kept = new KeptParts(options.journals, error => options.onError?.(error))
    this.rooms = {
      idOf: roomId,
      forget: id => this.#kept.forget(id),
      follow: (room, follower) => {
        const hub = this.#reach(room, follower)
        if (!hub) return this.#unreachable()
        const { clock } = options
        const carrier = new HubRoom(hub.link, room, follower, { kept: this.#kept, clock })
        hub.rooms.add(carrier)
        return {
          append: (clientId, bytes) => carrier.append(clientId, bytes),
          renew: (accessSecrets, withinMs) => carrier.renew(accessSecrets, withinMs),
          sendVolatile: bytes => carrier.sendVolatile(bytes),
          head: () => carrier.head(),
          compareHead: (signed, known) => carrier.compareHead(signed, known),
          remove: () => carrier.remove(),
          close: () => {
            if (hub.rooms.delete(carrier)) carrier.close()
          },
        }
      },
    }
    this.inboxes = {
      deliver: (to, home, clientId, bytes) => this.#deliver(to, home, clientId, bytes),
      listen: entry => {
        this.#listener.resolve(entry)
        for (const home of options.homes) this.#hub(home)
        return () => {
          this.#listener = Promise.withResolvers()
        }
      },
    }
    this.keyPackages = {
      own: () => this.#own(),
      publish: (oneTime, lastResort, options) => this.#publish(oneTime, lastResort, options),
      take: (of, home) => this.#take(of, home),
    }
  }

  /** STUN servers of the connected hubs, as URLs, a few. Null if none was connected. */
  get stunServers(): readonly string[] | null {
    const links = [...this.#links.values()].map(({ link }) => link)
    if (links.every(({ rooms }) => rooms.stunPort === undefined)) return null
    const answering = links.filter(({ rooms }) => rooms.stunPort)
    return answering
      .slice(0, MAX_STUN)
      .map(({ home, rooms }) => `stun:${new URL(home).hostname}:${rooms.stunPort}`)
  }

  /** Closes all connections. Rejects everything unacknowledged with `closed`. Idempotent. */
  close(): void {
    this.#closing.abort(closedError())
    for (const { link, rooms } of this.#links.values()) {
      for (const room of rooms) room.close()
      link.close()
    }
    this.#links.clear()
  }

  /** Returns null for a home that this device has left. */
  #reach({ home }: RoomToFollow, follower: RoomFollower): Hub | null {
    try {
      return this.#hub(home)
    } catch (error) {
      const { code, message } = error as ChatError
      follower.problem({ code, message })
      return null
    }
  }

  /** Entries wait until the hub has been joined and the chat is opened again. */
  #unreachable(): RoomCarrier {
    const end = deferred<Place>()
    return {
      append: () => end.promise,
      remove: async () => void (await end.promise),
      renew() {},
      sendVolatile() {},
      head: () => null,
      compareHead() {},
      close: () => end.reject(closedError()),
    }
  }

  #hub(home: string): Hub {
    const known = this.#links.get(home)
    if (known) return known
    this.#closing.signal.throwIfAborted()
    const rooms = new Set<HubRoom>()
    const inbox = new InboxReader(
      home,
      entry => this.#receive(entry),
      this.#options.clock,
      this.#closing.signal,
    )
    const link: HubLink = new HubLink(home, this.#access(home), this.#options, {
      inbox: entries => inbox.add(entries, through => link.rooms.taken(through)),
      connected: () => {
        inbox.acknowledge(through => link.rooms.taken(through))
        this.#options.onConnected?.()
      },
      ended: error => {
        for (const room of rooms) room.ended(error)
        this.#options.onError?.(error)
      },
    })
    const hub = { link, rooms }
    this.#links.set(home, hub)
    return hub
  }

  #access(home: string): HubAccess {
    try {
      return this.#options.access(home)
    } catch (error) {
      const why = (error as Error).message
      throw new ChatError('not-joined', `This device is not a member of ${home}: ${why}`, { cause: error })
    }
  }

  async #receive(entry: InboxEntry): Promise<void> {
    const listener = await this.#listener.promise
    await listener(entry)
  }

  async #deliver(
    { device }: DeviceAddress,
    home: string,
    clientId: Uint8Array,
    bytes: Uint8Array,
  ): Promise<'delivered' | 'refused'> {
    const { link } = this.#hub(home)
    const { signal } = this.#closing
    const { clock } = this.#options
    for (let fullMs = FULL_MS.first; ; ) {
      await link.connected()
      let pauseMs = fullMs
      try {
        const delivery = { device, clientId, bytes }
        const { outcomes } = await this.#deliveries.run(home, signal, () =>
          link.rooms.request('deliver', { deliveries: [delivery] }),
        )
        const [outcome] = outcomes
        fullMs = Math.min(2 * fullMs, FULL_MS.longest)
        if (outcome === 'delivered' || outcome === 'repeated') return 'delivered'
        if (outcome === 'unknown' || outcome === 'conflict') return 'refused'
      } catch (error) {
        signal.throwIfAborted()
        if (!isPassing(error)) return 'refused'
        pauseMs = error.afterMs ?? RETRY_MS
      }
      await delay(clock, pauseMs, signal)
    }
  }

  /** Counts of the home with the fewest, among those that answer. */
  async #own(): ReturnType<KeyPackages['own']> {
    const counts = await this.#counts()
    const [first] = counts
    if (!first) throw new RoomError('unavailable', 'This device uses no hub: join one first')
    const isSame = counts.every(({ lastResort }) => lastResort === first.lastResort)
    return {
      oneTime: Math.min(...counts.map(({ oneTime }) => oneTime)),
      isComplete: counts.length === this.#options.homes.length,
      lastResort: isSame && first.lastResort !== null ? base64urlnopad.decode(first.lastResort) : null,
    }
  }

  /**
   * Gives each one-time key package to one home only, since it must not be used twice, and the last
   * resort to all.
   */
  async #publish(
    oneTime: readonly PublishedKeyPackage[],
    lastResort: PublishedKeyPackage | null,
    { replaces = false }: { readonly replaces?: boolean } = {},
  ): Promise<void> {
    const homes = (await this.#counts()).map(counts => ({
      ...counts,
      oneTime: replaces ? 0 : counts.oneTime,
      added: [] as string[],
    }))
    for (const { bytes } of oneTime) {
      const fewest = Math.min(...homes.map(home => home.oneTime + home.added.length))
      homes
        .find(home => home.oneTime + home.added.length === fewest)
        ?.added.push(base64urlnopad.encode(bytes))
    }
    for (const { link, upload, added } of homes) {
      // A device whose key packages are taken needs an inbox for the resulting welcome.
      await link.connected()
      await link.access.device.api.addKeyPackages({
        ...{ upload: upload + 1, oneTime: added, replace: replaces },
        ...(lastResort && {
          lastResort: {
            ref: base64urlnopad.encode(lastResort.ref),
            keyPackage: base64urlnopad.encode(lastResort.bytes),
          },
        }),
      })
    }
  }

  /** Returns the answers of the reachable homes. Rejects if there are none. */
  async #counts() {
    const asked = await Promise.allSettled(
      this.#options.homes.map(async home => {
        const { link } = this.#hub(home)
        return { link, ...(await link.access.device.api.getKeyPackages({})) }
      }),
    )
    const counts = asked.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    const failure = asked.find(each => each.status === 'rejected')
    if (counts.length === 0 && failure) throw failure.reason
    return counts
  }

  async #take({ did, device }: DeviceAddress, home: string): Promise<Uint8Array | null> {
    const { api } = this.#hub(home).link.access.device
    const { items } = await api
      .takeKeyPackages({ did, device: bytesToHex(device) })
      .catch((error: Error & { code?: string }) => {
        if (error.code === 'not-found') return { items: [] }
        throw error
      })
    const text = items[0]?.keyPackage ?? null
    return text === null ? null : base64urlnopad.decode(text)
  }
}

interface Hub {
  readonly link: HubLink
  readonly rooms: Set<HubRoom>
}

/** Forwards the entries of an inbox in sequence, and acknowledges the processed ones. */
class InboxReader {
  readonly #home: string
  readonly #receive: (entry: InboxEntry) => Promise<void>
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #last: Promise<void> = Promise.resolve()
  #through = 0

  constructor(
    home: string,
    receive: (entry: InboxEntry) => Promise<void>,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#home = home
    this.#receive = receive
    this.#clock = clock
    this.#signal = signal
  }

  add(entries: readonly SentInboxEntry[], taken: (through: number) => Promise<void>): void {
    this.#last = this.#last
      .then(async () => {
        for (const { sequence, clientId, bytes } of entries) {
          await this.#takeOne({ home: this.#home, clientId, bytes })
          this.#through = sequence
        }
        this.acknowledge(taken)
      })
      .catch(() => {})
  }

  /** Acknowledges again: without a connection the hub has not received it. */
  acknowledge(taken: (through: number) => Promise<void>): void {
    if (this.#through > 0) taken(this.#through).catch(() => {})
  }

  /** An entry that could not be stored is delivered again. */
  async #takeOne(entry: InboxEntry): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted()
      try {
        return await this.#receive(entry)
      } catch {
        await delay(this.#clock, RETRY_MS, this.#signal)
      }
    }
  }
}
