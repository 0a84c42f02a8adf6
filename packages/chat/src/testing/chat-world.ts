/** Persons whose devices run the complete chat over a hub in memory, in virtual time. */
import { type Clock, type Random, seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { ChatDevice, type ChatListener } from '../device/chat-device.ts'
import type { Conversation } from '../device/conversation.ts'
import type { ChatPorts, KnownPerson, People } from '../device/ports.ts'
import { DirectRooms } from '../direct/direct-rooms.ts'
import type { Suite } from '../groups/suite.ts'
import { KeyWatch } from './key-watch.ts'
import { deviceOf, suite, type TestDevice, TestPerson } from './members.ts'
import { type MemoryChannels, memoryChannels } from './memory-channels.ts'
import { HOME, MemoryHub, MemoryProcess } from './memory-hub.ts'

/** A message with this text. */
export function text(words: string) {
  return { kind: 'text' as const, text: words, replyTo: null, mentions: [], files: [] }
}

/** One device with its disk. Its program can be killed and restarted. */
export class ChatMember {
  readonly name: string
  readonly person: TestPerson
  readonly own: TestDevice
  readonly #world: ChatWorld
  readonly #disk: Map<string, Uint8Array[]>
  process!: MemoryProcess
  chat: ChatDevice | null = null
  /** Codes of problems. */
  readonly problems: string[] = []
  readonly presences: string[] = []
  readonly failures: string[] = []
  /** An additional listener. */
  listener: ChatListener = {}
  /** Place in the log where it became a member, of its only group. */
  joinedAt: number | null = null
  readonly contacts = new Set<string>()
  readonly blocked = new Set<string>()
  readonly #peopleListeners = new Set<(did: string) => void>()
  /** Connections to other devices, if the world has them. */
  direct: DirectRooms | null = null

  /** `copied`: the same device in another world, whose disk it has a copy of. */
  constructor(world: ChatWorld, name: string, person: TestPerson, copied?: ChatMember) {
    this.#world = world
    this.name = name
    this.person = person
    this.own = copied?.own ?? person.device(name)
    this.#disk = new Map(copied ? copied.#disk : [])
    this.joinedAt = copied?.joinedAt ?? null
    this.#newProcess()
  }

  get did(): string {
    return this.person.did
  }

  /** The only conversation. */
  get only(): Conversation {
    const [conversation, more] = this.chat?.conversations ?? []
    if (!conversation || more) throw new Error(`${this.name} has not one conversation`)
    return conversation
  }

  /** The texts of messages in memory. */
  get texts(): readonly string[] {
    return this.only.messages.map(({ text }) => text)
  }

  /**
   * Returns the records of a journal: everything that a hostile program on this device would know.
   */
  recordsOf(journal: string): readonly Uint8Array[] {
    return this.#disk.get(journal) ?? []
  }

  /** The names of the journals on its disk. */
  get journals(): readonly string[] {
    return [...this.#disk.keys()]
  }

  /** Starts the program, and lets time pass until it runs, or was killed. */
  async start(): Promise<void> {
    const launched = this.launch()
    const { process } = this
    await this.#world.until(launched, () => !process.isAlive)
  }

  /** Starts the program. Never resolves if it is killed during start-up. */
  async launch(): Promise<void> {
    this.#newProcess()
    const { process } = this
    const hub = this.#world.hub
    const { clock, random } = this.#world
    const people: People = {
      find: async did => this.#world.knownTo(this, did),
      known: did => this.#world.knownTo(this, did),
      listen: changed => {
        const listener = (did: string) => process.isAlive && changed(did)
        this.#peopleListeners.add(listener)
        return () => void this.#peopleListeners.delete(listener)
      },
    }
    const own = {
      ...{ journals: process.journals, people, random },
      clock: {
        nowMs: () => clock.nowMs(),
        unixMs: () => clock.unixMs(),
        after: (delayMs: number, callback: () => void) =>
          clock.after(delayMs, () => process.isAlive && callback()),
      },
    }
    const rooms = hub.roomsOf(process)
    this.direct = this.#world.hasLinks ? new DirectRooms({ ...own, rooms, device: this.own.own }) : null
    const { keys } = this.#world
    const ports: ChatPorts = {
      ...own,
      rooms: keys ? keys.rooms(this.direct ?? rooms) : (this.direct ?? rooms),
      inboxes: hub.inboxesOf(process),
      keyPackages: hub.keyPackagesOf(process),
    }
    const listener: ChatListener = {
      changed: conversation => {
        if (conversation.state !== 'member') this.joinedAt = null
        else this.joinedAt ??= conversation.through.sequence
        this.listener.changed?.(conversation)
      },
      arrived: (conversation, id) => this.listener.arrived?.(conversation, id),
      removed: conversation => this.listener.removed?.(conversation),
      problem: (conversation, error) => {
        this.problems.push(error.code)
        this.listener.problem?.(conversation, error)
      },
      presence: (conversation, did, what) => {
        this.presences.push(`${this.#world.nameOf(did)} ${what}`)
        this.listener.presence?.(conversation, did, what)
      },
      transferred: progress => this.listener.transferred?.(progress),
      signal: (from, bytes) => this.listener.signal?.(from, bytes),
      failed: error => this.failures.push((error as Error).message),
    }
    const { suite, oneTimeKeys, pageMessages } = this.#world
    const options = { suite, oneTimeKeys, pageMessages }
    const chat = await ChatDevice.open({ ports, device: this.own.own, listener, ...options })
    if (!process.isAlive) return
    this.chat = chat
    // It may have been killed between its removal and the listener.
    if (chat.conversations[0]?.state !== 'member') this.joinedAt = null
    this.#world.link(this)
  }

  kill(): void {
    this.process.isAlive = false
    this.chat = null
    this.direct = null
    this.#world.unlink(this)
  }

  async restart(): Promise<void> {
    this.kill()
    await this.start()
  }

  /** Reports that a person has changed. */
  notice(did: string): void {
    for (const changed of [...this.#peopleListeners]) changed(did)
  }

  #newProcess(): void {
    const { hash, did } = deviceOf(this.own.own)
    const { clock, random } = this.#world
    this.process = new MemoryProcess(this.#disk, { did, device: hash }, clock, random, this.#world.hastyMs)
    this.process.writeMs = this.#world.writeMs
  }
}

const RELINK_MS = 500

export class ChatWorld {
  readonly #virtual: VirtualClock
  #fired = 0
  readonly clock: Clock = {
    nowMs: () => this.#virtual.nowMs(),
    unixMs: () => this.#virtual.unixMs(),
    after: (delayMs, callback) =>
      this.#virtual.after(delayMs, () => {
        this.#fired++
        callback()
      }),
  }
  readonly random: Random
  readonly hub: MemoryHub
  readonly persons: TestPerson[] = []
  readonly members: ChatMember[] = []
  /** Only persons in `contacts` are contacts of others. */
  areStrangers = false
  /** Persons whose device lists are unknown to all. */
  readonly unlisted = new Set<string>()
  /** See `MemoryProcess`. */
  hastyMs = 0
  writeMs = 2
  /** See `ChatOptions`. */
  pageMessages = 128
  /** Whether devices connect to each other directly. Set it before the first one starts. */
  hasLinks = false
  readonly #links = new Map<string, MemoryChannels>()
  readonly #parted = new Set<string>()
  #underWay = 0
  readonly suite: Suite
  readonly oneTimeKeys: number
  /** Null if keys are not watched. */
  readonly keys: KeyWatch | null

  constructor(
    seed = 1,
    oneTimeKeys = 32,
    {
      startMs = Date.now(),
      keys = null,
    }: { readonly startMs?: number; readonly keys?: KeyWatch | null } = {},
  ) {
    this.oneTimeKeys = oneTimeKeys
    this.#virtual = new VirtualClock(startMs)
    this.random = seededRandom(seed)
    this.hub = new MemoryHub(this.clock, this.random)
    this.keys = keys
    const watched = keys?.watch(suite) ?? suite
    const { hpke, signature, kdf, hash } = watched
    this.suite = {
      ...watched,
      ...{ hpke: this.#watched(hpke), signature: this.#watched(signature) },
      ...{ kdf: this.#watched(kdf), hash: this.#watched(hash) },
    }
  }

  /** Creates a device without starting it. */
  absent(name: string, person = this.person()): ChatMember {
    const member = new ChatMember(this, name, person)
    this.members.push(member)
    return member
  }

  /** Creates a person with one device, and starts it. */
  async member(name: string, person = this.person()): Promise<ChatMember> {
    const member = this.absent(name, person)
    await member.start()
    // Its key packages are published.
    await this.advance(200)
    return member
  }

  /**
   * Copies a world whose programs were all killed: what its hub and disks have. `seed`: for what
   * happens from now on.
   */
  static copyOf({ members, persons, hub, clock, oneTimeKeys }: ChatWorld, seed: number): ChatWorld {
    const keys = new KeyWatch()
    const world = new ChatWorld(seed, oneTimeKeys, { startMs: clock.unixMs(), keys })
    world.persons.push(...persons)
    for (const each of members) world.members.push(new ChatMember(world, each.name, each.person, each))
    world.hub.copyFrom(hub)
    return world
  }

  person(): TestPerson {
    const person = new TestPerson()
    this.persons.push(person)
    return person
  }

  /** Returns what a device knows of a person. */
  knownTo({ contacts, blocked }: ChatMember, did: string): KnownPerson | null {
    const list = this.persons.find(each => each.did === did)?.list
    if (!list) return null
    const isKnown = !this.unlisted.has(did)
    return {
      list: isKnown ? list : null,
      isContact: !this.areStrangers || contacts.has(did),
      isBlocked: blocked.has(did),
    }
  }

  /**
   * Connects a device to all others that are running, unless the network is partitioned between
   * them.
   */
  link(member: ChatMember): void {
    for (const other of this.members) this.#connect(member, other)
  }

  /** Closes the connections of a device. */
  unlink(member: ChatMember): void {
    for (const other of this.members) this.#links.get(pairOf(member, other))?.cut()
  }

  /** Partitions the network between two devices, or heals it. */
  part(one: ChatMember, other: ChatMember, isParted = true): void {
    const pair = pairOf(one, other)
    if (isParted) this.#parted.add(pair)
    else this.#parted.delete(pair)
    if (isParted) this.#links.get(pair)?.cut()
    else this.#connect(one, other)
  }

  #connect(one: ChatMember, other: ChatMember): void {
    const pair = pairOf(one, other)
    if (one === other || this.#links.has(pair) || this.#parted.has(pair)) return
    const [here, there] = [one.direct, other.direct]
    if (!here || !there || !one.chat || !other.chat) return
    const { process } = one
    const { process: otherProcess } = other
    const channels = memoryChannels(this.clock, this.random, () => process.isAlive && otherProcess.isAlive)
    this.#links.set(pair, channels)
    const [first, second] = channels.ends
    Promise.allSettled([here.connect(first), there.connect(second)]).then(() => {
      this.#links.delete(pair)
      this.clock.after(RELINK_MS, () => this.#connect(one, other))
    })
  }

  nameOf(did: string): string {
    return this.members.find(member => member.did === did)?.name ?? did
  }

  /** Lets time pass. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.nowMs() + ms
    while (await this.#step(endMs)) {}
    await this.#virtual.advance(endMs - this.clock.nowMs())
  }

  /** Lets time pass until the promise has settled. Returns null if `isOver` comes first. */
  async until<T>(promise: Promise<T>, isOver: () => boolean = () => false): Promise<T | null> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    const endMs = this.clock.nowMs() + 600_000
    await this.idle()
    while (!isSettled && !isOver() && (await this.#step(endMs))) {}
    if (isSettled) return promise
    if (isOver()) return null
    throw new Error('It does not end')
  }

  /** Waits for everything that takes no virtual time. */
  async idle(): Promise<void> {
    do await new Promise(resolve => setImmediate(resolve))
    while (this.#underWay > 0)
  }

  /** Fires the next timer. Returns false if there is none until then. */
  async #step(endMs: number): Promise<boolean> {
    const before = this.#fired
    await this.#virtual.until(() => this.#fired > before, endMs - this.clock.nowMs())
    await this.idle()
    return this.#fired > before
  }

  /** Web Crypto completes outside of virtual time. */
  #watched<T extends object>(functions: T): T {
    return new Proxy(functions, {
      get: (target, name) => {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          const result = value.apply(target, given)
          if (!(result instanceof Promise)) return result
          this.#underWay++
          return result.finally(() => this.#underWay--)
        }
      },
    })
  }
}

function pairOf(one: ChatMember, other: ChatMember): string {
  return [one.name, other.name].sort().join(' ')
}

export { HOME }
