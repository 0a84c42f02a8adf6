/**
 * Room logs and inboxes for the clients of one process, without any I/O of its own. Persistent
 * state is in the stores; messages from other processes only speed things up.
 */
import { MAX_DELIVERIES } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'
import { AccountsUse, type Use, UseReport } from './accounts-use.ts'
import {
  type Channel,
  type Connection,
  isGuest,
  type Member,
  Outgoing,
  type RoomsGiven,
  SERVICE_LIMITS,
  type ServiceLimits,
} from './contracts.ts'
import type { Follower } from './feed.ts'
import { Feeds } from './feeds.ts'
import { RoomSession } from './session.ts'
import type { Shared } from './shared.ts'
import { SlowMode } from './slow-mode.ts'
import { encodeWake, MAX_FRAME_USES, readWake, type Wake } from './wake.ts'

/**
 * Most devices to remember while the other processes are unreachable. The rest read their inbox
 * within minutes.
 */
const MAX_UNSAID = 10_000
/** Most sessions checked in one round. */
const MAX_CHECKED_SESSIONS = 500
/**
 * Clients of a stopping hub are asked to connect again after a random time in this range, like
 * those of its tracker, so that they do not all return at once.
 */
const [MIN_RETURN_MS, MAX_RETURN_MS] = [1000, 10_000] as const
/** Delay before usage is reported to the other processes. */
const USE_MS = 200

export interface RoomCounts {
  readonly connections: number
  /** Rooms followed by clients of this process. */
  readonly rooms: number
}

export class RoomService {
  readonly #given: RoomsGiven
  readonly #limits: ServiceLimits
  readonly #channel: Channel
  readonly #feeds: Feeds
  readonly #accounts: AccountsUse
  readonly #sessions = new Set<RoomSession>()
  /** Number of the sessions of guests. */
  #guests = 0
  readonly #byDevice = new Map<string, Set<RoomSession>>()
  readonly #shared: Shared
  readonly #slowMode: SlowMode
  readonly #useReport = new UseReport()
  #cancelUse: (() => void) | undefined
  /**
   * Devices that received deliveries while the other processes were unreachable, keyed in Latin-1.
   */
  readonly #unsaid = new Map<string, Uint8Array>()
  #joins = 0
  #cancelCheck: () => void
  #isDraining = false
  #isClosed = false

  constructor(given: RoomsGiven) {
    this.#given = given
    this.#limits = { ...SERVICE_LIMITS, ...given.limits }
    this.#channel = given.openChannel(frame => this.#receive(frame))
    this.#feeds = new Feeds(given, this.#channel)
    this.#accounts = new AccountsUse(this.#limits, use => this.#used(use))
    this.#slowMode = new SlowMode(given.secret, poster => this.#publish({ kind: 'posted', poster }))
    this.#shared = {
      ...{ given, limits: this.#limits, feeds: this.#feeds, slowMode: this.#slowMode },
      wake: (wake, except) => {
        this.#publish(wake)
        if (wake.kind === 'inbox' && this.#channel.state === 'away') this.#keepUnsaid(wake.devices)
        this.#hear(wake, except)
      },
    }
    this.#cancelCheck = this.#checkLater()
  }

  /**
   * Adds a client with a valid session. Returns null and closes the connection if there are too
   * many.
   */
  connect(connection: Connection, member: Member): RoomSession | null {
    const use = this.#accounts.of(member.did, this.#given.clock.nowMs())
    const { connections } = this.#limits
    const isFull = this.#sessions.size >= connections || (isGuest(member) && this.#guests >= connections / 2)
    if (this.#isDraining || isFull || use.connections >= use.limits.connectionsPerAccount) {
      if (this.#isDraining) connection.send(new Outgoing('stopping', { afterMs: this.#returnMs() }))
      connection.close(this.#isDraining ? 'stopping' : 'too-slow')
      return null
    }
    if (isGuest(member)) this.#guests++
    use.connections++
    const session = new RoomSession(this.#shared, connection, member, use)
    this.#sessions.add(session)
    if (member.device) {
      const key = latin1(member.device)
      this.#byDevice.set(key, (this.#byDevice.get(key) ?? new Set()).add(session))
    }
    return session
  }

  /** Call when a session's connection has ended or is to end. Idempotent. */
  disconnected(session: RoomSession): void {
    if (!this.#sessions.delete(session)) return
    session.use.connections--
    if (isGuest(session.member)) this.#guests--
    session.closed()
    const { device } = session.member
    const others = device && this.#byDevice.get(latin1(device))
    if (!others) return
    others.delete(session)
    if (others.size === 0) this.#byDevice.delete(latin1(device))
  }

  /** Checks an account's sessions in all processes, since some may have ended. */
  checkAccount(did: string): void {
    this.#shared.wake({ kind: 'account', did })
  }

  counts(): RoomCounts {
    return { connections: this.#sessions.size, rooms: this.#feeds.size }
  }

  /**
   * Stops accepting requests, and closes each connection at a random time within this duration,
   * after its requests are answered. Tells each client when to connect again.
   */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true
    await Promise.all(Array.from(this.#sessions, session => this.#drainOne(session, withinMs)))
  }

  /** Closes all connections. The stores stay open. */
  close(): void {
    this.#isClosed = true
    this.#isDraining = true
    this.#cancelCheck()
    this.#cancelUse?.()
    for (const session of [...this.#sessions]) this.#end(session, 'stopping')
    this.#feeds.close()
  }

  async #drainOne(session: RoomSession, withinMs: number): Promise<void> {
    const { clock, random } = this.#given
    const after = (ms: number) => new Promise<void>(resolve => clock.after(ms, resolve))
    await after(random.below(Math.max(1, Math.floor(withinMs * 0.8))))
    await Promise.race([session.stop(), after(withinMs * 0.2)])
    this.#end(session, 'stopping', this.#returnMs())
  }

  #returnMs(): number {
    return MIN_RETURN_MS + this.#given.random.below(MAX_RETURN_MS - MIN_RETURN_MS + 1)
  }

  #end(session: RoomSession, ...how: Parameters<RoomSession['end']>): void {
    session.end(...how)
    this.disconnected(session)
  }

  #receive(frame: Uint8Array): void {
    const wake = readWake(frame)
    if (wake) this.#hear(wake)
  }

  #hear(wake: Wake, except?: Follower): void {
    switch (wake.kind) {
      case 'entries': {
        const feed = this.#feeds.get(wake.room)
        if (feed) for (const entry of wake.entries) feed.add(entry)
        return
      }
      case 'news':
        this.#feeds.get(wake.room)?.news(wake.last)
        return
      case 'changed':
        this.#feeds.check(wake.room).catch(error => this.#failed(error))
        return
      case 'inbox': {
        const outgoing = new Outgoing('inbox', {})
        for (const device of wake.devices)
          for (const session of this.#byDevice.get(latin1(device)) ?? []) session.tellInbox(outgoing)
        return
      }
      case 'volatile': {
        const outgoing = new Outgoing('volatile', { room: wake.room, bytes: wake.bytes })
        for (const follower of this.#feeds.get(wake.room)?.followers ?? [])
          if (follower !== except) follower.receiveVolatile(outgoing)
        return
      }
      case 'account':
        for (const session of this.#sessions)
          if (session.member.did === wake.did) void this.#checkSession(session)
        return
      case 'used': {
        const nowMs = this.#given.clock.nowMs()
        for (const use of wake.uses) this.#accounts.of(use.did, nowMs).taken(use, nowMs)
        return
      }
      case 'posted':
        this.#slowMode.posted(wake.poster, this.#given.clock.nowMs())
    }
  }

  #publish(wake: Wake): void {
    if (this.#channel.state === 'joined') this.#channel.publish(encodeWake(wake))
  }

  /** Reports the accounts' usage to the other processes, batched over a short time. */
  #used(use: Use): void {
    if (this.#channel.state !== 'joined' || this.#isClosed) return
    this.#useReport.add(use)
    this.#cancelUse ??= this.#given.clock.after(USE_MS, () => {
      this.#cancelUse = undefined
      const uses = this.#useReport.take()
      for (let at = 0; at < uses.length; at += MAX_FRAME_USES)
        this.#publish({ kind: 'used', uses: uses.slice(at, at + MAX_FRAME_USES) })
    })
  }

  #checkLater(): () => void {
    const { clock, random } = this.#given
    // Keeps processes from querying the database at the same time.
    const delayMs = this.#limits.checkMs / 2 + random.below(this.#limits.checkMs)
    return clock.after(delayMs, () => {
      void this.#check().then(() => {
        if (!this.#isClosed) this.#cancelCheck = this.#checkLater()
      })
    })
  }

  async #check(): Promise<void> {
    const nowMs = this.#given.clock.nowMs()
    this.#accounts.forgetIdle(nowMs)
    const due = [...this.#sessions].filter(({ checkedMs }) => checkedMs + this.#limits.sessionMs <= nowMs)
    try {
      for (const session of due.slice(0, MAX_CHECKED_SESSIONS)) await this.#checkSession(session)
      await this.#feeds.check()
      this.#checkInboxes()
    } catch (error) {
      this.#failed(error)
    }
  }

  #keepUnsaid(devices: readonly Uint8Array[]): void {
    for (const device of devices) if (this.#unsaid.size < MAX_UNSAID) this.#unsaid.set(latin1(device), device)
  }

  /**
   * Makes clients read their inboxes in case deliveries from unreachable processes were missed, and
   * notifies the other processes of those made here.
   */
  #checkInboxes(): void {
    const { state, joins } = this.#channel
    if (state === 'away' || joins !== this.#joins)
      for (const sessions of this.#byDevice.values())
        for (const session of sessions) session.tellInbox(new Outgoing('inbox', {}))
    this.#joins = joins
    if (state !== 'joined') return
    const devices = [...this.#unsaid.values()]
    this.#unsaid.clear()
    for (let at = 0; at < devices.length; at += MAX_DELIVERIES)
      this.#channel.publish(encodeWake({ kind: 'inbox', devices: devices.slice(at, at + MAX_DELIVERIES) }))
  }

  async #checkSession(session: RoomSession): Promise<void> {
    session.checkedMs = this.#given.clock.nowMs()
    const isActive = await this.#given.isActive(session.member).catch((error: unknown) => {
      this.#failed(error)
      return true
    })
    if (!isActive) this.#end(session, 'ended')
  }

  #failed(error: unknown): void {
    if ((error as { code?: unknown }).code !== 'unavailable') this.#given.onError(error)
  }
}
