/** Carries frames between processes, also across machines, over the channels of a Redis server. */
import { randomBytes, randomInt } from 'node:crypto'
import { type Carrier, type CarrierEvents, MAX_FRAME_BYTES } from '@shoal/tracker'
import type { Redis } from 'ioredis'

export interface RedisCarrierOptions {
  /**
   * `redis://` or `rediss://`, with a database number as path. Hubs with different numbers are
   * isolated from each other.
   */
  readonly url: string
  /** Called with the secret that all processes share, each time the carrier has joined. */
  readonly onSecret?: (secret: Uint8Array) => void
  /** Longest of the random delays before reconnecting. Default 2 s. */
  readonly maxRetryMs?: number
}

const CONNECT_MS = 5000
const COMMAND_MS = 5000
/**
 * Interval of messages to itself. A connection is dropped when the second one in a row does not
 * arrive.
 */
const [ECHO_MS, SILENT_MS] = [2000, 10_000] as const
/** Most bytes not yet accepted by Redis. */
const MAX_WAITING_BYTES = 8 << 20
/** Most bytes of an incomplete message: longer ones are not ours. */
const MAX_REPLY_BYTES = 4 * MAX_FRAME_BYTES
const [SECRET_BYTES, MAX_SECRET_BYTES] = [32, 256] as const
const NOTHING = Buffer.alloc(0)
/** Broadcast frames start with the sender, since Redis also delivers them to it. */
const SENDER_BYTES = 8

export class RedisCarrier implements Carrier {
  readonly number = randomInt(1, 0x10000)
  readonly #publisher: Redis
  readonly #subscriber: Redis
  readonly #prefix: string
  readonly #all: string
  readonly #sender = randomBytes(SENDER_BYTES)
  readonly #onSecret: (secret: Uint8Array) => void
  /** Created in Redis by the first process, and read by the others. */
  #secret: Buffer = randomBytes(SECRET_BYTES)
  #events: CarrierEvents | undefined
  #state: 'new' | 'joined' | 'left' = 'new'
  #isJoining = false
  #isClosed = false
  #waitingBytes = 0
  /** Bytes received over each connection since its last complete message. */
  readonly #partBytes = new Map<Redis, number>()
  #heardMs = 0
  #reason = ''
  #echo: NodeJS.Timeout | undefined

  /** Loads the library. Connects only on `start`. */
  static async open(options: RedisCarrierOptions): Promise<RedisCarrier> {
    const library = await import('ioredis')
    return new RedisCarrier(library.Redis, options)
  }

  private constructor(Library: typeof Redis, options: RedisCarrierOptions) {
    const { url, onSecret = () => {}, maxRetryMs = 2000 } = options
    this.#onSecret = onSecret
    this.#prefix = `shoal-hub:${/^\/(\d+)$/.exec(new URL(url).pathname)?.[1] ?? 0}:`
    this.#all = `${this.#prefix}all`
    const shared = {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_MS,
      connectionName: 'shoal-hub',
      retryStrategy: (attempt: number) => randomInt(Math.min(maxRetryMs, 100 * 2 ** attempt)) + 1,
    }
    this.#publisher = new Library(url, { ...shared, commandTimeout: COMMAND_MS })
    this.#subscriber = new Library(url, shared)
    for (const redis of [this.#publisher, this.#subscriber]) this.#follow(redis)
    this.#subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) =>
      this.#receive(channel.toString(), message),
    )
  }

  start(events: CarrierEvents): void {
    this.#events = events
    this.#echo = setInterval(() => this.#listenForItself(), ECHO_MS).unref()
    // Errors are also events.
    this.#publisher.connect().catch(() => {})
    this.#subscriber.connect().catch(() => {})
  }

  publish(frame: Uint8Array): void {
    this.#publish(this.#all, Buffer.concat([this.#sender, frame]))
  }

  send(to: number, frame: Uint8Array): void {
    this.#publish(this.#channelTo(to), frame)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#echo)
    // Redis replies after everything published before.
    if (this.#state === 'joined') await this.#publisher.ping().catch(() => {})
    this.#publisher.disconnect()
    this.#subscriber.disconnect()
  }

  #follow(redis: Redis): void {
    redis.on('connect', () => this.#limitReplies(redis))
    redis.on('ready', () => void this.#join())
    redis.on('error', (error: Error) => {
      this.#reason ||= error.message
    })
    redis.on('close', () => this.#leave())
  }

  /**
   * Closes a connection that receives more than a message's length: the library would buffer a
   * reply of any length.
   */
  #limitReplies(redis: Redis): void {
    this.#partBytes.set(redis, 0)
    redis.stream.on('data', (bytes: Uint8Array) => {
      const partBytes = this.#partBytes.get(redis)! + bytes.length
      this.#partBytes.set(redis, partBytes)
      if (partBytes > MAX_REPLY_BYTES) redis.stream.destroy(new Error('Redis sent too long a reply'))
    })
  }

  async #join(): Promise<void> {
    const isReady = () => this.#publisher.status === 'ready' && this.#subscriber.status === 'ready'
    if (this.#isJoining || this.#isClosed || !isReady()) return
    this.#isJoining = true
    try {
      await this.#subscriber.subscribe(this.#all, this.#channelTo(this.number))
      await this.#shareSecret()
      if (!isReady()) return
      this.#state = 'joined'
      this.#reason = ''
      this.#heardMs = performance.now()
      this.#events?.joined()
    } catch (error) {
      this.#reconnect((error as Error).message)
    } finally {
      this.#isJoining = false
    }
  }

  async #shareSecret(): Promise<void> {
    const key = `${this.#prefix}secret`
    await this.#publisher.set(key, this.#secret, 'NX')
    const length = await this.#publisher.strlen(key)
    if (length < SECRET_BYTES || length > MAX_SECRET_BYTES)
      throw new Error(`The value of ${key} in Redis is none of a hub`)
    this.#secret = (await this.#publisher.getBuffer(key)) ?? this.#secret
    this.#onSecret(this.#secret)
  }

  #leave(): void {
    if (this.#isClosed || this.#state === 'left') return
    this.#state = 'left'
    this.#events?.left(this.#reason || 'Redis closed the connection')
    this.#reason = ''
    // Neither connection works without the other: reconnect both.
    this.#reconnect()
  }

  /** Drops both connections. The first reason counts; later ones result from it. */
  #reconnect(reason = ''): void {
    this.#reason ||= reason
    for (const redis of [this.#publisher, this.#subscriber])
      if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true)
  }

  #publish(channel: string, frame: Uint8Array): void {
    if (this.#state !== 'joined') return
    if (this.#waitingBytes + frame.length > MAX_WAITING_BYTES) return this.#reconnect('Redis is too slow')
    this.#waitingBytes += frame.length
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
    this.#publisher
      .publish(channel, bytes)
      .catch((error: Error) => this.#reconnect(error.message))
      .finally(() => {
        this.#waitingBytes -= frame.length
        this.#partBytes.set(this.#publisher, 0)
      })
  }

  #channelTo(number: number): string {
    return `${this.#prefix}to:${number}`
  }

  #receive(channel: string, message: Buffer): void {
    this.#heardMs = performance.now()
    this.#partBytes.set(this.#subscriber, 0)
    if (this.#state !== 'joined') return
    if (channel !== this.#all) {
      if (message.length > 0) this.#events?.frame(message)
    } else if (!message.subarray(0, SENDER_BYTES).equals(this.#sender))
      this.#events?.frame(message.subarray(SENDER_BYTES))
  }

  #listenForItself(): void {
    if (this.#state !== 'joined') return
    if (performance.now() - this.#heardMs > SILENT_MS) this.#reconnect('Redis does not answer')
    else this.send(this.number, NOTHING)
  }
}
