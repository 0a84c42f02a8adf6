/**
 * Joins the stores of several processes to one tracker: each keeps all swarms in its memory and
 * reports its changes to the others in batches. A process that joins requests the swarms from one
 * of the others. Changes made while no process could be reached are reported when the connection is
 * back.
 */
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Carrier } from './carrier.ts'
import { CatchUp } from './catch-up.ts'
import { readChanges } from './changes.ts'
import { FrameSender } from './frame-sender.ts'
import {
  FRAME,
  type Frame,
  HEAD_BYTES,
  makeBeat,
  makeFrame,
  readFrame,
  type Sender,
  writeHead,
} from './frames.ts'
import { GapReport } from './gap-report.ts'
import { Inbox } from './inbox.ts'
import { JoinedStore } from './joined-store.ts'
import { type Member, Members } from './members.ts'
import { SwarmParts } from './swarm-parts.ts'

const BEAT_MS = 2000
/** Time after which the process starts alone if no carrier joins. */
const ALONE_MS = 5000
const MAX_SIGNAL_BYTES = 40_000
/** Interval at which pages announce, so that none is missing in the report after a gap. */
const PAGE_SECONDS = 130
const ALL_SECONDS = 86_400

export interface JoinEvents {
  /** A message for a page: JSON, unchecked. */
  signal?(text: string): void
  /** The other processes became reachable or unreachable. `reason`: why they are unreachable. */
  changed?(isJoined: boolean, reason: string): void
}

export interface JoinOptions {
  readonly store: MemoryStore
  readonly carrier: Carrier
  /** Describes this process to the others: JSON, at most 4096 bytes. */
  readonly report?: () => string
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number
}

export interface JoinCounters {
  /** Number of frames of other processes that were read. */
  received: number
  sent: number
  /** Number of frames that were too long, too many or invalid, and of changes without room. */
  dropped: number
}

export class Join {
  /** The store for the tracker. Closing it leaves the other processes. */
  readonly store: JoinedStore
  readonly counters: JoinCounters = { received: 0, sent: 0, dropped: 0 }
  readonly #memory: MemoryStore
  readonly #carrier: Carrier
  readonly #report: () => string
  readonly #nowMs: () => number
  readonly #startedMs: number
  readonly #frames: FrameSender
  readonly #parts: SwarmParts
  readonly #members = new Members()
  readonly #inbox = new Inbox({
    frame: bytes => this.#read(bytes),
    dropped: isLost => {
      this.counters.dropped++
      if (isLost) this.#gapMs ??= this.#nowMs()
    },
    empty: () => {
      if (this.#gapMs === null || !this.#frames.isJoined) return
      this.#catchUp.start(this.#gapSeconds(this.#nowMs()))
      this.#gapMs = null
    },
  })
  readonly #catchUp = new CatchUp({
    members: () => (this.#frames.isJoined ? this.#members.all : []),
    ask: ({ number }, withinSeconds) => this.#frames.send(number, makeAsk(this.#frames, withinSeconds)),
    done: () => {
      this.#isReady = true
    },
  })
  #events: JoinEvents = {}
  #isReady = false
  /** Time since which frames may be missing, or null. */
  #gapMs: number | null
  readonly #gapReport = new GapReport({
    nowMs: () => this.#nowMs(),
    report: withinSeconds => void this.#parts.report(withinSeconds, 'all'),
  })
  readonly #timers: NodeJS.Timeout[] = []

  constructor({ store, carrier, report = () => '{}', nowMs = () => performance.now() }: JoinOptions) {
    this.#memory = store
    this.store = new JoinedStore(store, {
      report: frame => this.#frames.publish(writeHead(frame, FRAME.changes, this.#frames)),
      close: () => this.#close(),
    })
    this.#carrier = carrier
    this.#report = report
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    this.#gapMs = this.#startedMs
    this.#frames = new FrameSender(carrier, this.counters)
    this.#parts = new SwarmParts(store, this.#frames)
  }

  /** Starts to join. Call it once. */
  start(events: JoinEvents = {}): void {
    this.#events = events
    const startAlone = () => {
      if (!this.#frames.isJoined) this.#catchUp.stop()
    }
    this.#timers.push(
      setInterval(() => this.#beat(), BEAT_MS).unref(),
      setTimeout(startAlone, ALONE_MS).unref(),
    )
    this.#carrier.start({
      joined: () => this.#joined(),
      left: reason => this.#left(reason),
      frame: bytes => this.#inbox.add(bytes),
    })
  }

  get number(): number {
    return this.#frames.number
  }

  get isJoined(): boolean {
    return this.#frames.isJoined
  }

  /** Whether it has the swarms of the others, or found no process that has them. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** The other processes that were heard of recently. */
  get members(): readonly Member[] {
    return this.#members.all
  }

  /**
   * Sends a message to the process to which a page is connected. JSON, at most MAX_SIGNAL_BYTES.
   */
  signal(to: number, text: string): void {
    const body = Buffer.from(text)
    if (body.length <= MAX_SIGNAL_BYTES) this.#frames.send(to, makeFrame(FRAME.signal, this.#frames, body))
  }

  /** Notifies the others that this process is stopping. */
  async #close(): Promise<void> {
    if (this.#frames.isClosed) return
    this.#frames.publish(makeFrame(FRAME.leave, this.#frames))
    this.#frames.isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#gapReport.close()
    this.#inbox.close()
    this.#catchUp.close()
    await this.#carrier.close()
  }

  #joined(): void {
    this.#frames.isJoined = true
    const nowMs = this.#nowMs()
    // They had no chance to send a beat.
    this.#members.excuse(nowMs)
    this.#events.changed?.(true, '')
    this.#frames.publish(makeFrame(FRAME.hello, this.#frames))
    this.#beat()
    const withinSeconds = this.#gapSeconds(nowMs)
    this.#gapMs = null
    this.#catchUp.start(this.#gapReport.hasJoined ? withinSeconds : ALL_SECONDS)
    this.#gapReport.joined(withinSeconds)
  }

  #left(reason: string): void {
    this.#frames.isJoined = false
    this.#gapMs ??= this.#nowMs()
    this.#events.changed?.(false, reason)
  }

  #gapSeconds(nowMs: number): number {
    return Math.ceil((nowMs - (this.#gapMs ?? nowMs)) / 1000) + PAGE_SECONDS
  }

  #beat(): void {
    const nowMs = this.#nowMs()
    if (this.#frames.isJoined) for (const member of this.#members.removeSilent(nowMs)) this.#lost(member)
    const uptimeSeconds = (nowMs - this.#startedMs) / 1000
    this.#frames.publish(
      makeBeat(this.#frames, { uptimeSeconds, isReady: this.#isReady, report: this.#report() }),
    )
  }

  /**
   * Its pages have lost their connection. Its other peers may announce to other processes, or
   * expire.
   */
  #lost({ number }: Member): void {
    if (number !== this.#frames.number) this.#memory.lostPages.drop(number)
  }

  #read(bytes: Uint8Array): void {
    const frame = readFrame(bytes)
    if (frame === null) this.counters.dropped++
    else if (frame.instance !== this.#frames.instance) this.#take(frame)
  }

  #take(frame: Frame): void {
    this.counters.received++
    switch (frame.kind) {
      case FRAME.part:
        this.#catchUp.part(frame.instance)
        return this.#apply(frame.bytes)
      case FRAME.changes:
        return this.#apply(frame.bytes)
      case FRAME.beat:
        return this.#takeBeat(frame)
      case FRAME.hello:
        this.#beat()
        return this.#gapReport.otherJoined()
      case FRAME.ask:
        return this.#answer(frame)
      case FRAME.end:
        return this.#catchUp.end(frame.instance)
      case FRAME.signal:
        return this.#takeSignal(frame.bytes.subarray(HEAD_BYTES))
      case FRAME.leave: {
        const member = this.#members.remove(frame.instance)
        if (member) this.#lost(member)
      }
    }
  }

  #apply(bytes: Uint8Array): void {
    const isValid = readChanges(bytes, HEAD_BYTES, {
      apply: change => {
        if (!this.#memory.apply(change)) this.counters.dropped++
      },
      applyDownloads: (hash, downloads) => this.#memory.applyDownloads(hash, downloads),
    })
    if (!isValid) this.counters.dropped++
  }

  #takeSignal(body: Uint8Array): void {
    if (body.length > MAX_SIGNAL_BYTES) this.counters.dropped++
    else this.#events.signal?.(Buffer.from(body).toString())
  }

  #takeBeat(frame: Frame): void {
    const wasKnown = this.#members.hear(frame, this.#nowMs())
    if (wasKnown === null) this.counters.dropped++
    else if (!wasKnown) this.#memory.lostPages.keep(frame.number)
  }

  #answer({ bytes, number }: Frame): void {
    if (this.#parts.isBusy || bytes.length !== HEAD_BYTES + 4) return
    const withinSeconds = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEAD_BYTES)
    // Changes that are still in the batch are already in the swarms, and must not be sent after
    // them.
    this.store.flush()
    void this.#parts
      .report(withinSeconds, number)
      .then(() => this.#frames.send(number, makeFrame(FRAME.end, this.#frames)))
  }
}

function makeAsk(sender: Sender, withinSeconds: number): Uint8Array {
  const body = Buffer.alloc(4)
  body.writeUInt32BE(withinSeconds)
  return makeFrame(FRAME.ask, sender, body)
}
