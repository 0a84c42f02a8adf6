/**
 * Joins the stores of several processes to one tracker: each keeps all swarms in its memory and reports its changes to the others in batches. A
 * process that joins asks one of the others for the swarms. What happened while nobody could be reached is reported when they are reached again.
 */
import { randomBytes } from 'node:crypto'
import { CHANGE, type MemoryStore } from '../memory/memory-store.ts'
import type { Announce, StoreStats, SwarmCounts, SwarmStore } from '../store.ts'
import { type Carrier, MAX_FRAME_BYTES } from './carrier.ts'
import { ChangeWriter, readChanges } from './changes.ts'
import {
  FRAME,
  type Frame,
  HEAD_BYTES,
  INSTANCE_BYTES,
  makeBeat,
  makeFrame,
  readBeat,
  readFrame,
  type Sender,
  writeHead,
} from './frames.ts'

/** Changes wait this long for others, unless a frame is full before. */
const BATCH_MS = 100
const BATCH_BYTES = 32 * 1024
const BEAT_MS = 2000
/** A process that was not heard of for this long is gone. */
const SILENT_MS = 10_000
/** Other processes have this long to say that they are there. */
const HELLO_MS = 500
/** Longest wait for the next part of the swarms; then another process is asked. */
const PART_MS = 5000
const [PART_BYTES, PART_PAUSE_MS] = [64 * 1024, 10] as const
/** Processes that are given all swarms at the same time, and attempts to get them. */
const [MAX_READERS, MAX_ATTEMPTS] = [4, 3] as const
/** Without a carrier that joins, the process starts alone after this time. */
const ALONE_MS = 5000
const MAX_MEMBERS = 256
const MAX_REPORT_BYTES = 4096
export const MAX_SIGNAL_BYTES = 40_000
/** Received frames that wait for their turn, and bytes that are read in one turn of the event loop. */
const [MAX_WAITING_BYTES, TURN_BYTES] = [16 << 20, 128 * 1024] as const
/** Pages announce this often, so that none is missing in what is reported after a gap. */
const PAGE_SECONDS = 130
const ALL_SECONDS = 86_400

/** Another process of the tracker. */
export interface Member {
  readonly number: number
  readonly uptimeSeconds: number
  readonly isReady: boolean
  /** JSON from the process, unchecked. */
  readonly report: string
}

export interface JoinEvents {
  /** A message for a page: JSON, unchecked. */
  signal?(text: string): void
  /** Whether the other processes can be reached has changed. `reason` says why not. */
  changed?(isJoined: boolean, reason: string): void
}

export interface JoinOptions {
  readonly store: MemoryStore
  readonly carrier: Carrier
  /** What this process tells the others about itself: JSON, at most 4096 bytes. */
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

interface Known extends Member {
  readonly seenMs: number
}

export class Join implements SwarmStore {
  readonly counters: JoinCounters = { received: 0, sent: 0, dropped: 0 }
  readonly #memory: MemoryStore
  readonly #carrier: Carrier
  readonly #report: () => string
  readonly #nowMs: () => number
  readonly #startedMs: number
  readonly #sender: Sender
  readonly #writer = new ChangeWriter(BATCH_BYTES, HEAD_BYTES)
  readonly #members = new Map<string, Known>()
  readonly #inbox: Uint8Array[] = []
  #inboxBytes = 0
  #isReading = false
  #events: JoinEvents = {}
  #isJoined = false
  #isReady = false
  #isClosed = false
  /** Since when frames may be missing, or null. */
  #gapMs: number | null
  #wasJoined = false
  #batch: NodeJS.Timeout | undefined
  #part: NodeJS.Timeout | undefined
  /** The process that was asked for the swarms, and those that were asked before. */
  #source = ''
  readonly #asked = new Set<string>()
  #withinSeconds = ALL_SECONDS
  #readers = 0
  readonly #timers: NodeJS.Timeout[] = []

  constructor({ store, carrier, report = () => '{}', nowMs = () => performance.now() }: JoinOptions) {
    this.#memory = store
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
      if (!this.#isJoined) this.#ready()
    }
    this.#timers.push(
      setInterval(() => this.#beat(), BEAT_MS).unref(),
      setTimeout(startAlone, ALONE_MS).unref(),
    )
    this.#carrier.start({
      joined: () => this.#joined(),
      left: reason => this.#left(reason),
      frame: bytes => this.#receive(bytes),
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
    return [...this.#members.values()]
  }

  announce(announce: Announce): void {
    this.#memory.announce(announce)
    const { change } = this.#memory
    if (change === CHANGE.none) return
    this.#writer.announce(announce, change === CHANGE.gone, change === CHANGE.completed)
    if (this.#writer.isFull) this.#flush()
    else this.#batch ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  scrape(counts: SwarmCounts): void {
    this.#memory.scrape(counts)
  }

  sweep(): void {
    this.#memory.sweep()
  }

  stats(): StoreStats {
    return this.#memory.stats()
  }

  /** Sends a message to the process that holds a page. JSON, at most MAX_SIGNAL_BYTES. */
  signal(to: number, text: string): void {
    const body = Buffer.from(text)
    if (body.length <= MAX_SIGNAL_BYTES) this.#send(to, makeFrame(FRAME.signal, this.#sender, body))
  }

  /** Tells the others that this process stops. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#flush()
    this.#publish(makeFrame(FRAME.leave, this.#sender))
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#batch)
    clearTimeout(this.#part)
    await this.#carrier.close()
    this.#memory.close()
  }

  #joined(): void {
    this.#isJoined = true
    const nowMs = this.#nowMs()
    // They had no chance to be heard of.
    for (const [instance, member] of this.#members) this.#members.set(instance, { ...member, seenMs: nowMs })
    this.#events.changed?.(true, '')
    this.#publish(makeFrame(FRAME.hello, this.#sender))
    this.#beat()
    const withinSeconds = this.#gapSeconds(nowMs)
    this.#gapMs = null
    void this.#reportSwarms(withinSeconds, frame => this.#publish(frame))
    this.#catchUp(this.#wasJoined ? withinSeconds : ALL_SECONDS)
    this.#wasJoined = true
  }

  #left(reason: string): void {
    this.#isJoined = false
    this.#gapMs ??= this.#nowMs()
    this.#events.changed?.(false, reason)
  }

  #gapSeconds(nowMs: number): number {
    return Math.ceil((nowMs - (this.#gapMs ?? nowMs)) / 1000) + PAGE_SECONDS
  }

  #ready(): void {
    this.#isReady = true
    this.#source = ''
    this.#asked.clear()
    clearTimeout(this.#part)
  }

  /** Asks other processes for the swarms, one after the other. */
  #catchUp(withinSeconds: number): void {
    this.#withinSeconds = this.#source === '' ? withinSeconds : Math.max(withinSeconds, this.#withinSeconds)
    this.#source = ''
    this.#asked.clear()
    this.#wait(HELLO_MS)
  }

  #wait(ms: number): void {
    clearTimeout(this.#part)
    this.#part = setTimeout(() => this.#ask(), ms).unref()
  }

  /** Asks the process that runs longest, since it knows most. */
  #ask(): void {
    const [source] = [...this.#members]
      .filter(([instance, { isReady }]) => isReady && !this.#asked.has(instance))
      .sort(([, a], [, b]) => b.uptimeSeconds - a.uptimeSeconds)
    if (!source || this.#asked.size >= MAX_ATTEMPTS || !this.#isJoined) return this.#ready()
    const [instance, { number }] = source
    this.#asked.add(instance)
    this.#source = instance
    const body = Buffer.alloc(4)
    body.writeUInt32BE(this.#withinSeconds)
    this.#send(number, makeFrame(FRAME.ask, this.#sender, body))
    this.#wait(PART_MS)
  }

  #beat(): void {
    const nowMs = this.#nowMs()
    if (this.#isJoined)
      for (const [instance, { number, seenMs }] of this.#members)
        if (nowMs - seenMs > SILENT_MS) this.#lose(instance, number)
    const uptimeSeconds = (nowMs - this.#startedMs) / 1000
    this.#publish(makeBeat(this.#sender, { uptimeSeconds, isReady: this.#isReady, report: this.#report() }))
  }

  /** Its pages have lost their connection. Its other peers may announce elsewhere, or expire. */
  #lose(instance: string, number: number): void {
    this.#members.delete(instance)
    if (number !== this.#sender.number) this.#memory.dropPages(number)
  }

  #flush(): void {
    clearTimeout(this.#batch)
    this.#batch = undefined
    if (!this.#writer.isEmpty) this.#publish(writeHead(this.#writer.take(), FRAME.changes, this.#sender))
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

  #receive(bytes: Uint8Array): void {
    if (this.#isClosed) return
    if (bytes.length > MAX_FRAME_BYTES || this.#inboxBytes + bytes.length > MAX_WAITING_BYTES) {
      this.counters.dropped++
      if (bytes.length <= MAX_FRAME_BYTES) this.#gapMs ??= this.#nowMs()
      return
    }
    this.#inbox.push(bytes)
    this.#inboxBytes += bytes.length
    if (this.#isReading) return
    this.#isReading = true
    setImmediate(() => this.#read())
  }

  /** Reads received frames, as many as one turn may. */
  #read(): void {
    let spent = 0
    let count = 0
    for (; count < this.#inbox.length && spent < TURN_BYTES; count++) {
      const bytes = this.#inbox[count]!
      spent += bytes.length
      const frame = readFrame(bytes)
      if (frame === null) this.counters.dropped++
      else if (frame.instance !== this.#sender.instance) this.#take(frame)
    }
    this.#inbox.splice(0, count)
    this.#inboxBytes -= spent
    this.#isReading = this.#inbox.length > 0 && !this.#isClosed
    if (this.#isReading) setImmediate(() => this.#read())
    else if (this.#gapMs !== null && this.#isJoined) {
      this.#catchUp(this.#gapSeconds(this.#nowMs()))
      this.#gapMs = null
    }
  }

  #take(frame: Frame): void {
    this.counters.received++
    switch (frame.kind) {
      case FRAME.part:
        if (frame.instance === this.#source) this.#wait(PART_MS)
        return this.#apply(frame.bytes)
      case FRAME.changes:
        return this.#apply(frame.bytes)
      case FRAME.beat:
        return this.#takeBeat(frame)
      case FRAME.hello:
        return this.#beat()
      case FRAME.ask:
        return this.#answer(frame)
      case FRAME.end:
        if (frame.instance === this.#source) this.#ready()
        return
      case FRAME.signal:
        return this.#takeSignal(frame.bytes.subarray(HEAD_BYTES))
      case FRAME.leave:
        if (this.#members.has(frame.instance)) this.#lose(frame.instance, frame.number)
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
    const beat = readBeat(frame, MAX_REPORT_BYTES)
    const { instance, number } = frame
    const isKnown = this.#members.has(instance)
    if (beat === null || (!isKnown && this.#members.size >= MAX_MEMBERS)) {
      this.counters.dropped++
      return
    }
    this.#members.set(instance, { ...beat, number, seenMs: this.#nowMs() })
    if (!isKnown) this.#memory.keepPages(number)
  }

  #answer({ bytes, number }: Frame): void {
    if (this.#readers >= MAX_READERS || bytes.length !== HEAD_BYTES + 4) return
    const withinSeconds = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEAD_BYTES)
    // What is still in the batch is in the swarms already, and must not come after them.
    this.#flush()
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
