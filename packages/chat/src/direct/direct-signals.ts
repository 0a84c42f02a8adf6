/**
 * Signals between the devices of contacts, and of one person, that share groups: this is the chat's
 * side, which knows the devices, and seals and opens the messages in their inboxes.
 * `SignaledDevices` makes the connections, possibly in another thread: both exchange plain data
 * only.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { type Clock, equalBytes, latin1, type Random } from '@shoal/torrent/base'
import type { ChatDevice } from '../device/chat-device.ts'
import type { Conversation } from '../device/conversation.ts'
import type { DeviceAddress } from '../device/ports.ts'
import type { GroupDevice } from '../groups/credential.ts'
import type { OwnDevice } from '../groups/key-packages.ts'
import type { DirectRooms } from './direct-rooms.ts'
import type { Signal } from './signal.ts'
import { encodeSignal } from './signal.ts'

/** Most devices to which this one connects by signals. */
const MAX_DEVICES = 32
/** Changes are processed in batches. */
const REFRESH_MS = 2000
const CLIENT_ID_BYTES = 16

export interface SignalDevices {
  readonly kind: 'devices'
  /** Hash of this device. */
  readonly own: Uint8Array
  /** Devices that may connect, and are not connected. */
  readonly devices: readonly DeviceAddress[]
  /** URLs of STUN servers. */
  readonly stun: readonly string[]
}

/** Sends messages to the connecting side. */
export type SignalNews =
  | SignalDevices
  /** A device that may connect has sent a signal: see `decodeSignal`. */
  | { readonly kind: 'signal'; readonly from: DeviceAddress; readonly bytes: Uint8Array }

/** From the connecting side: a signal to a device that may connect. */
export interface SignalOrder {
  readonly device: Uint8Array
  readonly signal: Signal
}

export interface DirectSignalsOptions {
  readonly rooms: Pick<DirectRooms, 'admits' | 'connected' | 'onLinks'>
  readonly device: OwnDevice
  readonly own: Uint8Array
  /** STUN servers of the hubs. Null until one has been connected: no signals are sent before. */
  stun(): readonly string[] | null
  readonly clock: Clock
  readonly random: Random
  tell(news: SignalNews): void
}

interface Known {
  readonly device: GroupDevice
  /** A hub where it has an inbox. */
  readonly home: string
}

export class DirectSignals {
  readonly #options: DirectSignalsOptions
  readonly #unlisten: () => void
  #chat: Pick<ChatDevice, 'conversations' | 'signal'> | null = null
  /** Devices that may connect, by their hashes. */
  #known: ReadonlyMap<string, Known> = new Map()
  #told: string | null = null
  /** Calls and offers not yet stored by the hub. */
  readonly #sending = new Set<string>()
  #cancel: (() => void) | null = null
  #isClosed = false

  constructor(options: DirectSignalsOptions) {
    this.#options = options
    this.#unlisten = options.rooms.onLinks(() => this.changed())
  }

  /** The chat is open. */
  start(chat: Pick<ChatDevice, 'conversations' | 'signal'>): void {
    this.#chat = chat
    this.#refresh()
  }

  /** Conversations, their members, people or hubs may have changed. */
  changed(): void {
    if (this.#isClosed || !this.#chat || this.#cancel) return
    this.#cancel = this.#options.clock.after(REFRESH_MS, () => {
      this.#cancel = null
      this.#refresh()
    })
  }

  /**
   * A signal has arrived in the inbox (`ChatListener.signal`). Drops those of devices that may not
   * connect.
   */
  received(from: GroupDevice, bytes: Uint8Array): void {
    if (!this.#options.rooms.admits(from)) return
    if (this.#known.has(latin1(from.hash)))
      this.#options.tell({ kind: 'signal', from: { did: from.did, device: from.hash }, bytes })
    // It calls again.
    else this.changed()
  }

  send({ device, signal }: SignalOrder): void {
    const known = this.#known.get(latin1(device))
    if (!known || !this.#chat || !this.#options.rooms.admits(known.device)) return
    const { random } = this.#options
    const key = `${signal.kind} ${latin1(device)}`
    if (this.#sending.has(key)) return
    // An offline device has one call or offer of this one in its inbox, however long it is offline.
    const clientId =
      signal.kind === 'answer' ? random.bytes(CLIENT_ID_BYTES) : this.#idOf(signal.kind, device)
    if (signal.kind !== 'answer') this.#sending.add(key)
    this.#chat
      .signal(known.device, known.home, clientId, encodeSignal(signal))
      .catch(() => {})
      .finally(() => this.#sending.delete(key))
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#cancel?.()
    this.#unlisten()
    this.#known = new Map()
  }

  #refresh(): void {
    const { rooms, own, tell } = this.#options
    const stun = this.#options.stun()
    if (stun === null) return
    const known = new Map<string, Known>()
    for (const { members, home } of this.#shared())
      for (const device of members) {
        const key = latin1(device.hash)
        if (known.size < MAX_DEVICES && !known.has(key) && rooms.admits(device))
          known.set(key, { device, home })
      }
    this.#known = known
    const connected = rooms.connected
    const devices = [...known.values()]
      .map(({ device: { did, hash } }) => ({ did, device: hash }))
      .filter(({ device }) => !connected.some(each => equalBytes(each.device, device)))
    const told = [...devices.map(({ device }) => latin1(device)), ...stun].join(' ')
    if (told === this.#told) return
    this.#told = told
    tell({ kind: 'devices', own, devices, stun })
  }

  /** Returns the groups of this device, those with the newest messages first. */
  #shared(): readonly Conversation[] {
    const newestMs = ({ messages }: Conversation) => messages.at(-1)?.sentMs ?? 0
    return this.#chat!.conversations.filter(
      ({ kind, state, isRequest }) => kind !== 'share' && state === 'member' && !isRequest,
    )
      .map(conversation => ({ conversation, ms: newestMs(conversation) }))
      .sort((one, other) => other.ms - one.ms)
      .map(({ conversation }) => conversation)
  }

  /** Unpredictable, so that no one else can take it first. */
  #idOf(kind: string, device: Uint8Array): Uint8Array {
    const { seed } = this.#options.device.messageKey
    return hmac(sha256, seed, encodeCbor(['shoal/signal-id/1', kind, device])).subarray(0, CLIENT_ID_BYTES)
  }
}
