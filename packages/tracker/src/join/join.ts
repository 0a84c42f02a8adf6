/**
 * Joins the stores of several processes to one tracker: each keeps all swarms in its memory and reports its changes to the others in batches. A
 * process that joins asks one of the others for the swarms. What happened while nobody could be reached is reported when they are reached again.
 */
import { randomBytes } from 'node:crypto'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Carrier } from './carrier.ts'
import { CatchUp } from './catch-up.ts'
import { ChangeWriter, readChanges } from './changes.ts'
import {
  FRAME,
  type Frame,
  HEAD_BYTES,
  INSTANCE_BYTES,
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

const BEAT_MS = 2000
/** Size of the parts in which all swarms are sent, and the pause after each. */
const [PART_BYTES, PART_PAUSE_MS] = [64 * 1024, 10] as const
/** Processes that are given all swarms at the same time. */
const MAX_READERS = 4
/** Without a carrier that joins, the process starts alone after this time. */
const ALONE_MS = 5000
const MAX_SIGNAL_BYTES = 40_000
/** Pages announce this often, so that none is missing in what is reported after a gap. */
const PAGE_SECONDS = 130
const ALL_SECONDS = 86_400

export interface JoinEvents {
  /** A message for a page: JSON, unchecked. */
  signal?(text: string): void
  /** Whether the other processes can be reached has changed. `reason` says why not. */
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
  /** Frames of other processes that were read. */
  received: number
  sent: number
  /** Frames that were too long, too many or invalid, and changes without room. */
  dropped: number
}

export class Join {
  /** The store that the tracker uses. To close it is to leave the others. */
  readonly store: JoinedStore
  readonly counters: JoinCounters = { received: 0, sent: 0, dropped: 0 }
  readonly #memory: MemoryStore
  readonly #carrier: Carrier
  readonly #report: () => string
  readonly #nowMs: () => number
  readonly #startedMs: number
  readonly #sender: Sender
  readonly #members = new Members()
  readonly #inbox = new Inbox({
    frame: bytes => this.#read(bytes),
    dropped: isLost => {
      this.counters.dropped++
      if (isLost) this.#gapMs ??= this.#nowMs()
    },
    empty: () => {
      if (this.#gapMs === null || !this.#isJoined) return
      this.#catchUp.start(this.#gapSeconds(this.#nowMs()))
      this.#gapMs = null
    },
  })
  readonly #catchUp = new CatchUp({
    members: () => (this.#isJoined ? this.#members.all : []),
    ask: ({ number }, withinSeconds) => this.#send(number, makeAsk(this.#sender, withinSeconds)),
    done: () => {
      this.#isReady = true
    },
  })
  #events: JoinEvents = {}
  #isJoined = false
  #isReady = false
  #isClosed = false
  /** Since when frames may be missing, or null. */
  #gapMs: number | null
  readonly #gapReport = new GapReport({
    nowMs: () => this.#nowMs(),
    report: withinSeconds => void this.#reportSwarms(withinSeconds, frame => this.#publish(frame)),
  })
  #readers = 0
  readonly #timers: NodeJS.Timeout[] = []

  constructor({ store, carrier, report = () => '{}', nowMs = () => performance.now() }: JoinOptions) {
    this.#memory = store
    this.store = new JoinedStore(store, {
      report: frame => this.#publish(writeHead(frame, FRAME.changes, this.#sender)),
      close: () => this.#close(),
    })
    this.#carrier = carrier
    this.#report = report
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    this.#gapMs = this.#startedMs
    this.#sender = { number: carrier.number, instance: randomBytes(INSTANCE_BYTES).toString('hex') }
  }

  /** Begins to join. Call it once. */
  start(events: JoinEvents = {}): void {
    this.#events = events
    const startAlone = () => {
      if (!this.#isJoined) this.#catchUp.stop()
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
    return this.#carrier.number
  }

  get isJoined(): boolean {
    return this.#isJoined
  }

  /** True once it has the swarms of the others, or found nobody who has them. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** The other processes that were heard of lately. */
  get members(): readonly Member[] {
    return this.#members.all
  }

  /** Sends a message to the process that holds a page. JSON, at most MAX_SIGNAL_BYTES. */
  signal(to: number, text: string): void {
    const body = Buffer.from(text)
    if (body.length <= MAX_SIGNAL_BYTES) this.#send(to, makeFrame(FRAME.signal, this.#sender, body))
  }

  /** Tells the others that this process stops. */
  async #close(): Promise<void> {
    if (this.#isClosed) return
    this.#publish(makeFrame(FRAME.leave, this.#sender))
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#gapReport.close()
    this.#inbox.close()
    this.#catchUp.close()
    await this.#carrier.close()
  }

  #joined(): void {
    this.#isJoined = true
    const nowMs = this.#nowMs()
    // They had no chance to be heard of.
    this.#members.excuse(nowMs)
    this.#events.changed?.(true, '')
    this.#publish(makeFrame(FRAME.hello, this.#sender))
    this.#beat()
    const withinSeconds = this.#gapSeconds(nowMs)
    this.#gapMs = null
    this.#catchUp.start(this.#gapReport.hasJoined ? withinSeconds : ALL_SECONDS)
    this.#gapReport.joined(withinSeconds)
  }

  #left(reason: string): void {
    this.#isJoined = false
    this.#gapMs ??= this.#nowMs()
    this.#events.changed?.(false, reason)
  }

  #gapSeconds(nowMs: number): number {
    return Math.ceil((nowMs - (this.#gapMs ?? nowMs)) / 1000) + PAGE_SECONDS
  }

  #beat(): void {
    const nowMs = this.#nowMs()
    if (this.#isJoined) for (const member of this.#members.removeSilent(nowMs)) this.#lost(member)
    const uptimeSeconds = (nowMs - this.#startedMs) / 1000
    this.#publish(makeBeat(this.#sender, { uptimeSeconds, isReady: this.#isReady, report: this.#report() }))
  }

  /** Its pages have lost their connection. Its other peers may announce elsewhere, or expire. */
  #lost({ number }: Member): void {
    if (number !== this.#sender.number) this.#memory.lostPages.drop(number)
  }

  #publish(frame: Uint8Array): void {
    if (!this.#isJoined || this.#isClosed) return
    this.counters.sent++
    this.#carrier.publish(frame)
  }

  #send(to: number, frame: Uint8Array): void {
    if (!this.#isJoined || this.#isClosed) return
    this.counters.sent++
    this.#carrier.send(to, frame)
  }

  #read(bytes: Uint8Array): void {
    const frame = readFrame(bytes)
    if (frame === null) this.counters.dropped++
    else if (frame.instance !== this.#sender.instance) this.#take(frame)
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
    if (this.#readers >= MAX_READERS || bytes.length !== HEAD_BYTES + 4) return
    const withinSeconds = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEAD_BYTES)
    // Changes that are still in the batch are in the swarms already, and must not come after them.
    this.store.flush()
    void this.#reportSwarms(withinSeconds, frame => this.#send(number, frame)).then(() =>
      this.#send(number, makeFrame(FRAME.end, this.#sender)),
    )
  }

  /** Sends the swarms in parts, with a pause after each. */
  async #reportSwarms(withinSeconds: number, send: (frame: Uint8Array) => void): Promise<void> {
    this.#readers++
    const read = this.#memory.reader(withinSeconds)
    const writer = new ChangeWriter(PART_BYTES, HEAD_BYTES)
    for (let isMore = true; isMore && this.#isJoined && !this.#isClosed; ) {
      isMore = read(writer)
      if (!writer.isEmpty) send(writeHead(writer.take(), FRAME.part, this.#sender))
      await new Promise<void>(resolve => setTimeout(resolve, PART_PAUSE_MS).unref())
    }
    this.#readers--
  }
}

function makeAsk(sender: Sender, withinSeconds: number): Uint8Array {
  const body = Buffer.alloc(4)
  body.writeUInt32BE(withinSeconds)
  return makeFrame(FRAME.ask, sender, body)
}
