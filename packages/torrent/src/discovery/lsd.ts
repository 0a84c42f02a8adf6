import { openDatagram as platformOpenDatagram } from '#datagram'
import { hex } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { type TimeEntry, TimeHeap } from '../base/time-heap.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../transport/datagram.ts'
import type { Discovery, DiscoverySink, DiscoveryStatus, DiscoveryTopic, Membership } from './discovery.ts'
import { decodeLsd, encodeLsd, lsdCapacity } from './lsd-messages.ts'

export interface LsdOptions {
  readonly clock: Clock
  readonly random: Random
  /** Default: the platform's. */
  readonly openDatagram?: OpenDatagram
}

/** BEP 14: the multicast groups ("org-local" and "site-local") and their port. */
const PORT = 6771
const GROUPS = { 4: '239.192.152.143', 6: 'ff15::efc0:988f' } as const
/** BEP 14: above 1, since the scope of the groups is broader than one link. */
const TTL = 4

/** BEP 14: "should send a LSD announce every 5 minutes". */
const PERIOD_MS = 5 * 60_000
/**
 * Announces are due on full minutes, so that torrents added one by one soon share datagrams. That
 * keeps to BEP 14's "no more than 1 announce per minute" until there are more torrents than fit
 * into one datagram.
 */
const SLOT_MS = 60_000
/** Delay before the first announce of a new torrent, which does not wait for a full minute. */
const FIRST_MS = 500
const BETWEEN_SENDS_MS = 1000
/** Received announces per second, from all senders together; the rest is dropped. */
const MAX_RECEIVED_PER_SECOND = 100

/**
 * Sockets are reopened at this age, to join the groups on network interfaces that appeared since.
 */
const SOCKETS_MS = 15 * 60_000
/** If no socket could be opened, torrents that are added later try again, at most this often. */
const RETRY_MS = 60_000

/** A torrent that is announced. */
interface Member {
  readonly topic: DiscoveryTopic
  readonly sink: DiscoverySink
  /** Number of peers in the last announce received. */
  peers: number
  /** The next announce. */
  entry: TimeEntry<Member> | undefined
}

/**
 * Local service discovery (BEP 14): finds peers in the local network by multicast. Must not be used
 * for private torrents.
 */
export class LsdDiscovery implements Discovery {
  readonly kind = 'lsd'
  readonly #clock: Clock
  readonly #openDatagram: OpenDatagram
  readonly #cookie: string
  /** By info hash in hex. */
  readonly #members = new Map<string, Member[]>()
  readonly #due = new TimeHeap<Member>()
  readonly #sockets = new Map<IpFamily, DatagramSocket>()
  /** Set while sockets are being opened; nothing is sent during that time. */
  #opening: Promise<void> | undefined
  #openedMs = Number.NEGATIVE_INFINITY
  #failure: string | undefined
  #timer: { atMs: number; cancel: () => void } | undefined
  #nextSendMs = 0
  #received = { second: -1, count: 0 }
  #closed = false

  constructor(options: LsdOptions) {
    this.#clock = options.clock
    this.#openDatagram = options.openDatagram ?? platformOpenDatagram
    this.#cookie = hex(options.random.bytes(8))
  }

  /** Throws `closed` after `close`. The sockets open with the first torrent. */
  join(topic: DiscoveryTopic, sink: DiscoverySink): Membership {
    if (this.#closed) throw new ShoalError('closed', 'Local discovery was closed: open a session again')
    const member: Member = { topic, sink, peers: 0, entry: undefined }
    const key = hex(topic.infoHash)
    const members = this.#members.get(key)
    if (members) members.push(member)
    else this.#members.set(key, [member])
    member.entry = this.#due.push(this.#clock.nowMs() + FIRST_MS, member)
    if (this.#sockets.size === 0 && this.#clock.nowMs() - this.#openedMs > RETRY_MS) this.#open()
    this.#arm()
    return {
      kind: this.kind,
      // BEP 14 does not distinguish seeds.
      completed() {},
      // BEP 14 allows one announce per five minutes, which is scheduled already.
      refresh() {},
      status: () => [this.#status(member)],
      leave: async () => this.#forget(member),
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#members.clear()
    while (this.#due.pop()) {}
    this.#arm()
    await this.#opening
    await this.#closeSockets()
  }

  #open(): void {
    this.#opening ??= this.#openSockets().then(() => {
      this.#opening = undefined
      this.#openedMs = this.#clock.nowMs()
      this.#arm()
    })
  }

  async #openSockets(): Promise<void> {
    await this.#closeSockets()
    const opened = await Promise.allSettled([this.#openFamily(4), this.#openFamily(6)])
    // One family is enough: many machines have no IPv6.
    const [first] = opened
    this.#failure =
      this.#sockets.size === 0 && first.status === 'rejected' ? messageOf(first.reason) : undefined
    if (this.#failure === undefined) return
    for (const members of this.#members.values()) for (const member of members) member.sink.onStatus()
  }

  async #openFamily(family: IpFamily): Promise<void> {
    const multicast = { group: GROUPS[family], ttl: TTL }
    const socket = await this.#openDatagram({ family, port: PORT, multicast, unref: true })
    socket.onMessage = (bytes, host) => this.#receive(bytes, host)
    this.#sockets.set(family, socket)
  }

  async #closeSockets(): Promise<void> {
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map(socket => socket.close()))
  }

  #status(member: Member): DiscoveryStatus {
    const base = { kind: this.kind, label: 'local network', peers: member.peers } as const
    if (this.#failure !== undefined) return { ...base, state: 'failed', message: this.#failure }
    return {
      ...base,
      state: this.#sockets.size > 0 ? 'ok' : 'idle',
      ...(member.entry && { nextAnnounceMs: member.entry.timeMs }),
    }
  }

  #forget(member: Member): void {
    if (member.entry) this.#due.remove(member.entry)
    member.entry = undefined
    const key = hex(member.topic.infoHash)
    const others = this.#members.get(key)?.filter(other => other !== member) ?? []
    if (others.length > 0) this.#members.set(key, others)
    else this.#members.delete(key)
    this.#arm()
  }

  #arm(): void {
    const dueMs = this.#opening ? undefined : this.#due.peek()?.timeMs
    const atMs = dueMs === undefined ? undefined : Math.max(dueMs, this.#nextSendMs)
    if (this.#timer?.atMs === atMs) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (atMs === undefined) return
    const cancel = this.#clock.after(Math.max(0, atMs - this.#clock.nowMs()), () => this.#ring())
    this.#timer = { atMs, cancel }
  }

  #ring(): void {
    this.#timer = undefined
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#openedMs > SOCKETS_MS) {
      this.#open()
      return
    }
    const members = this.#takeDue(nowMs)
    if (members.length > 0) this.#announce(members)
    this.#arm()
  }

  /**
   * Takes members that are due and share one port, as many as fit into a datagram, and schedules
   * their next announce.
   */
  #takeDue(nowMs: number): Member[] {
    const taken: Member[] = []
    const others: Member[] = []
    const capacity = lsdCapacity(hostHeader(6), this.#cookie)
    let next = this.#due.peek()
    for (; next && next.timeMs <= nowMs && taken.length < capacity; next = this.#due.peek()) {
      const { value: member, timeMs } = this.#due.pop()!
      const { port } = member.topic
      if (port !== 0 && taken[0] && port !== taken[0].topic.port) {
        others.push(member)
        continue
      }
      // Counted from the due time, so that a slightly late timer does not skip a slot.
      this.#plan(member, nowMs - timeMs < BETWEEN_SENDS_MS ? timeMs : nowMs)
      if (port !== 0) taken.push(member)
    }
    for (const member of others) member.entry = this.#due.push(nowMs, member)
    return taken
  }

  #plan(member: Member, lastMs: number): void {
    member.entry = this.#due.push(Math.ceil((lastMs + PERIOD_MS) / SLOT_MS) * SLOT_MS, member)
  }

  #announce(members: readonly Member[]): void {
    this.#nextSendMs = this.#clock.nowMs() + BETWEEN_SENDS_MS
    const { port } = members[0]!.topic
    const infoHashes = members.map(member => member.topic.infoHash)
    for (const [family, socket] of this.#sockets) {
      socket.send(
        encodeLsd({ port, infoHashes, cookie: this.#cookie }, hostHeader(family)),
        GROUPS[family],
        PORT,
      )
    }
  }

  #receive(bytes: Uint8Array, host: string): void {
    if (!this.#mayReceive()) return
    const announce = decodeLsd(bytes)
    // BEP 14: the cookie identifies our own announces, which multicast delivers to us too.
    if (!announce || announce.cookie === this.#cookie) return
    const peers = [{ host, port: announce.port }]
    for (const key of new Set(announce.infoHashes.map(hex))) {
      for (const member of this.#members.get(key) ?? []) {
        member.peers = 1
        member.sink.onPeers(peers, 'lsd')
      }
    }
  }

  #mayReceive(): boolean {
    const second = Math.floor(this.#clock.nowMs() / 1000)
    if (second !== this.#received.second) this.#received = { second, count: 0 }
    return ++this.#received.count <= MAX_RECEIVED_PER_SECOND
  }
}

/** BEP 14: the group in the form of an HTTP `Host` header. */
function hostHeader(family: IpFamily): string {
  return family === 4 ? `${GROUPS[4]}:${PORT}` : `[${GROUPS[6]}]:${PORT}`
}
