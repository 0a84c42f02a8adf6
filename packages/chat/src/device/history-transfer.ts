/**
 * Transfers the history to a new device of the same person. The new device shows a code, which the
 * user enters on an older one: this identifies the requesting device, and the person's device list
 * and the signature on its key package prove that it is the person's own. The history goes through
 * a room known only to these two, under a key that is sealed to the key package. The new device
 * deletes the room once it has read it.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { abortable, equalBytes } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { Given } from './given.ts'
import type { HistoryCopies } from './history-copies.ts'
import type { ChatRoomName, DeviceAddress, RoomCarrier, RoomEntry, RoomFollower } from './ports.ts'
import { badNote, type OpenedNote, sealNote } from './sealed-note.ts'
import { receiverOf } from './send-notes.ts'

const CODE = 'shoal-history:'
const VERSION = 1
/** An entry of a hub's log has at most 64 KiB. */
const CHUNK_BYTES = 56 * 1024
const MAX_CHUNKS = 100_000
/** Chunks received out of order: a log is read from its newest screenful on. */
const MAX_EARLY = 200
/** How long an unavailable hub is asked to delete the unread history. */
const REMOVE_MS = 60_000
/** Minimum interval of progress updates. */
const TELL_MS = 100

export interface TransferProgress {
  /** Whether the history is received by this device, or sent to another. */
  readonly direction: 'here' | 'away'
  /**
   * `waiting`: the code is shown, and no device has sent anything. `done`: everything was read by
   * this device, or is at the hub.
   */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /** Messages read or sent so far. */
  readonly messages: number
  /** Null while unknown. */
  readonly total: number | null
  /**
   * Messages that this device lacked, in conversations that it has joined; the others are added
   * once it joins theirs.
   */
  readonly added: number
  /** Reason for the failure. */
  readonly error: Error | null
}

export interface TransferOwner {
  changed(progress: TransferProgress): void
  /** A history was sent: devices that are not yet in all groups are added. */
  sent(): void
}

export class HistoryTransfer {
  readonly #given: Given
  readonly #copies: HistoryCopies
  readonly #owner: TransferOwner
  #asked: Uint8Array | null = null
  #progress: TransferProgress | null = null
  #toldMs = Number.NEGATIVE_INFINITY
  /** Aborted with `cancelled`, or `closed`. */
  #running: AbortController | null = null

  constructor(given: Given, copies: HistoryCopies, owner: TransferOwner) {
    this.#given = given
    this.#copies = copies
    this.#owner = owner
  }

  /** The last transfer since the start. */
  get progress(): TransferProgress | null {
    return this.#progress
  }

  /**
   * Returns a code for an older device of the same person (`give`). It is valid until the next one,
   * or until the program ends. Throws `conflict` during a transfer.
   */
  ask(): string {
    this.#checkIdle()
    const { own, ports } = this.#given
    this.#asked = ports.random.bytes(16)
    this.#tell(begun('here', 'waiting'))
    return CODE + base64urlnopad.encode(encodeCbor([VERSION, own.hash, this.#asked]))
  }

  /**
   * Starts sending the history to the device that shows this code. `done` resolves when it is at
   * the hub `home`, or the transfer has ended otherwise: see `progress`. Rejects with
   * `bad-argument`, `conflict` during another one, `not-allowed` if it is not a device of this
   * person, and `no-devices` if it cannot be reached there.
   */
  async give(code: string, home: string): Promise<{ readonly done: Promise<void> }> {
    this.#checkIdle()
    const { own, ports } = this.#given
    const { device, nonce } = readHistoryCode(code)
    const list = (await ports.people.find(own.did, home))?.list?.list
    if (equalBytes(device, own.hash) || !list?.devices.some(each => equalBytes(each, device)))
      throw new ChatError('not-allowed', 'The code is not of another device in your device list.')
    const to = { did: own.did, device }
    const receiver = await receiverOf(this.#given, home, to)
    if (!receiver)
      throw new ChatError('no-devices', 'The device cannot be reached at this hub: open the chat there.')
    const done = this.#run('away', signal => this.#send({ home, to, receiver, nonce }, signal))
    return { done }
  }

  /** Cancels a pending or running transfer. */
  cancel(): void {
    this.#asked = null
    if (this.#running) this.#running.abort(new Error(CANCELLED))
    else if (this.#progress?.state === 'waiting') this.#tell({ ...this.#progress, state: 'cancelled' })
  }

  /** Another own device has sent its history. Ignores unrequested ones. Throws `bad-message`. */
  receive({ fields, from }: OpenedNote, home: string): void {
    const { own, ports } = this.#given
    const value = decodeCbor(fields)
    const [nonce, salt, secret, key, count, total] = Array.isArray(value) ? value : []
    for (const each of [salt, secret, key])
      if (!(each instanceof Uint8Array) || each.length !== 32) throw badNote()
    const isCount = (number: unknown, most: number) =>
      Number.isSafeInteger(number) && (number as number) >= 0 && (number as number) <= most
    if (!(nonce instanceof Uint8Array) || !isCount(count, MAX_CHUNKS) || !isCount(total, 2 ** 32))
      throw badNote()
    const isOwn = from.did === own.did
    const list = ports.people.known(own.did)?.list?.list
    if (!isOwn || !list?.devices.some(each => equalBytes(each, from.hash))) throw badNote()
    if (!this.#asked || this.#running || !equalBytes(this.#asked, nonce)) return
    this.#asked = null
    const sent = { salt, secret, key, count, total } as unknown as SentHistory
    void this.#run('here', signal => this.#read(sent, home, signal))
  }

  /** Cancels a running transfer. */
  close(): void {
    this.#asked = null
    this.#running?.abort(new ChatError('closed', 'The chat was closed.'))
  }

  #checkIdle(): void {
    if (this.#running)
      throw new ChatError(
        'conflict',
        'A history is on its way already: wait until it is there, or cancel it.',
      )
  }

  /** Never rejects. */
  async #run(direction: 'here' | 'away', run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#checkIdle()
    const running = new AbortController()
    this.#running = running
    this.#asked = null
    this.#tell(begun(direction, 'running'))
    let end: Partial<TransferProgress> = { state: 'done' }
    try {
      await run(running.signal)
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      end = error.message === CANCELLED ? { state: 'cancelled' } : { state: 'failed', error }
    }
    this.#running = null
    this.#tell({ ...this.#progress!, ...end })
  }

  async #send({ home, to, receiver, nonce }: Receiver, signal: AbortSignal): Promise<void> {
    const { ports, suite } = this.#given
    const [salt, accessSecret, key] = [32, 32, 32].map(length => ports.random.bytes(length)) as [
      ...[Uint8Array, Uint8Array, Uint8Array],
    ]
    const carrier = this.#follow({ salt, secret: accessSecret, home, creates: true }, signal, {
      entries: async () => {},
    })
    try {
      const total = this.#copies.messages
      let [count, messages] = [0, 0]
      for await (const chunk of chunksOf(this.#copies.lines(), () => void messages++)) {
        if (count === MAX_CHUNKS) throw tooLarge()
        const bytes = gcm(key, nonceOf(count++)).encrypt(chunk)
        await abortable(carrier.append(ports.random.bytes(16), bytes), signal)
        // Some messages are left out: they have no place in the log yet, or their author is no
        // longer known.
        this.#advance({ messages, total: Math.max(total, messages) })
      }
      const fields = encodeCbor([nonce, salt, accessSecret, key, count, messages])
      const note = await sealNote(suite, 'history', receiver, fields, this.#given)
      const delivering = ports.inboxes.deliver(to, home, ports.random.bytes(16), note)
      if ((await abortable(delivering, signal)) === 'refused')
        throw new ChatError('no-devices', 'The device cannot be reached at this hub: open the chat there.')
      this.#advance({ messages, total: messages })
      carrier.close()
    } catch (error) {
      this.#remove(carrier)
      throw (error as { code?: unknown }).code === 'full' ? tooLarge(error) : error
    }
    this.#owner.sent()
  }

  /** Reads the sent history in order, in parts. */
  async #read(
    { salt, secret, key, count, total }: SentHistory,
    home: string,
    signal: AbortSignal,
  ): Promise<void> {
    const reader = this.#copies.read()
    const text = new TextDecoder()
    const early = new Map<number, Uint8Array>()
    const all = Promise.withResolvers<void>()
    let next = 1
    let rest = ''
    const take = async (bytes: Uint8Array): Promise<void> => {
      rest += text.decode(open(bytes, key, next++), { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop()!
      if (rest.length > MAX_REST) throw damaged()
      for (const line of lines) {
        signal.throwIfAborted()
        if (line !== '') await reader.take(line)
      }
      this.#advance({ messages: reader.messages, total, added: reader.added })
    }
    const takeAll = async (entries: readonly RoomEntry[]): Promise<void> => {
      for (const { place, bytes } of entries)
        if (place && place.sequence >= next && place.sequence <= count) early.set(place.sequence, bytes)
      if (early.size > MAX_EARLY) throw damaged()
      for (let bytes = early.get(next); bytes; bytes = early.get(next)) {
        early.delete(next)
        await take(bytes)
      }
      if (next > count) all.resolve()
    }
    let last: Promise<void> = Promise.resolve()
    const carrier = this.#follow({ salt, secret, home, creates: false }, signal, {
      entries: entries => {
        last = last.then(() => takeAll(entries))
        last.catch(all.reject)
        return last
      },
      ready: () => last,
    })
    try {
      if (count === 0) all.resolve()
      await abortable(all.promise, signal)
      await reader.finish()
      this.#advance({ messages: reader.messages, total: reader.messages, added: reader.added })
    } finally {
      this.#remove(carrier)
    }
  }

  #follow(
    { salt, secret, home, creates }: { readonly home: string; readonly creates: boolean } & RoomSecrets,
    signal: AbortSignal,
    follower: Pick<RoomFollower, 'entries' | 'ready'>,
  ): RoomCarrier {
    const { own, ports } = this.#given
    const name: ChatRoomName = { creator: own.did, salt, kind: 'transfer' }
    const id = ports.rooms.idOf(name)
    const room = { id, name, accessSecrets: [secret], home, creates, after: { sequence: 0, hash: id } }
    const carrier = ports.rooms.follow(room, {
      ...follower,
      ...{ trimmed: () => {}, volatile: () => {}, problem: () => {} },
    })
    // A cancelled transfer still asks the hub to delete the room.
    signal.addEventListener('abort', () => (signal.reason as Error).message !== CANCELLED && carrier.close())
    return carrier
  }

  /** Deletes the room, and leaves it. The hub deletes it by itself after a day. */
  #remove(carrier: RoomCarrier): void {
    const stop = this.#given.ports.clock.after(REMOVE_MS, () => carrier.close())
    void carrier
      .remove()
      .catch(() => {})
      .finally(() => {
        stop()
        carrier.close()
      })
  }

  #advance(changes: Partial<TransferProgress>): void {
    this.#progress = { ...this.#progress!, ...changes }
    const nowMs = this.#given.ports.clock.nowMs()
    if (nowMs - this.#toldMs < TELL_MS) return
    this.#toldMs = nowMs
    this.#owner.changed(this.#progress)
  }

  #tell(progress: TransferProgress): void {
    this.#progress = progress
    this.#owner.changed(progress)
  }
}

const CANCELLED = 'cancelled'
/** Longest incomplete line, in characters: slightly more than a line. */
const MAX_REST = 1 << 19

interface RoomSecrets {
  readonly salt: Uint8Array
  readonly secret: Uint8Array
}

interface SentHistory extends RoomSecrets {
  readonly key: Uint8Array
  /** Entries of the room. */
  readonly count: number
  /** Messages in all of them. */
  readonly total: number
}

interface Receiver {
  readonly home: string
  readonly to: DeviceAddress
  readonly receiver: NonNullable<Awaited<ReturnType<typeof receiverOf>>>
  readonly nonce: Uint8Array
}

/** Complete lines, as far as they fit. */
async function* chunksOf(lines: AsyncIterable<string>, onMessage: () => void): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  const join = () => {
    const chunk = concatBytes(...parts)
    parts = []
    length = 0
    return chunk
  }
  for await (const line of lines) {
    const bytes = utf8ToBytes(`${line}\n`)
    if (length > 0 && length + bytes.length > CHUNK_BYTES) yield join()
    // A long message takes several entries.
    let at = 0
    for (; bytes.length - at > CHUNK_BYTES; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
    parts.push(bytes.subarray(at))
    length += bytes.length - at
    if (line.startsWith('{"type":"message"')) onMessage()
  }
  if (length > 0) yield join()
}

function begun(direction: TransferProgress['direction'], state: TransferProgress['state']): TransferProgress {
  return { direction, state, messages: 0, total: null, added: 0, error: null }
}

/** `number`: from 1. Throws `damaged`. */
function open(bytes: Uint8Array, key: Uint8Array, number: number): Uint8Array {
  try {
    return gcm(key, nonceOf(number - 1)).decrypt(bytes)
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause?: unknown): ChatError {
  return new ChatError(
    'damaged',
    'The hub has changed the history on its way: begin again with another code.',
    {
      cause,
    },
  )
}

function tooLarge(cause?: unknown): ChatError {
  const message =
    'The history is larger than the hub takes: export it to a file, and import that on the other device.'
  return new ChatError('full', message, { cause })
}

/**
 * Parses a code shown by a device. Throws `bad-argument`.
 *
 * @public The fuzzer loads it by its name.
 */
export function readHistoryCode(text: string): { readonly device: Uint8Array; readonly nonce: Uint8Array } {
  const trimmed = text.length < 1000 ? text.replace(/\s/g, '') : ''
  try {
    if (!trimmed.startsWith(CODE)) throw new Error('It begins in another way')
    const value = decodeCbor(base64urlnopad.decode(trimmed.slice(CODE.length)))
    const [version, device, nonce] = Array.isArray(value) ? value : []
    if (version !== VERSION || !(device instanceof Uint8Array) || !(nonce instanceof Uint8Array))
      throw new Error('It has other fields')
    if (device.length !== 32 || nonce.length !== 16) throw new Error('It has other lengths')
    return { device, nonce }
  } catch (cause) {
    throw new ChatError('bad-argument', 'This is not the code of a device: copy all of it.', { cause })
  }
}

/** Each key encrypts each number once. */
function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(8, number)
  return nonce
}
