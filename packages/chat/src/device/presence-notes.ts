/**
 * Sends typing and presence notes to the members of a room, and what its hub has signed: a hub that
 * shows members different logs is found when they compare. They are not stored.
 */
import { equalBytes } from '@shoal/torrent/base'
import { readCredential } from '../groups/credential.ts'
import type { Group } from '../groups/group.ts'
import type { ShareRoom } from '../share-rooms/share-room.ts'
import { type Given, isBlocked } from './given.ts'
import { openPresence, type Presence, type PresenceKey, sealHead, sealPresence } from './presence.ts'

const VOLATILE_LABEL = 'shoal volatile'
const VOLATILE_KEY_BYTES = 32
const NONCE_BYTES = 12
/** Least time between two heads. */
const HEAD_MS = 60_000

export interface PresenceNotesOptions {
  readonly given: Given
  readonly room: Uint8Array
  /** Null for a closed group. */
  readonly share: ShareRoom | null
  readonly group: () => Group | null
  /** False to hide that this device is online. */
  readonly mayShow: () => boolean
  readonly send: (bytes: Uint8Array) => void
  readonly onPresence: (did: string, what: Presence) => void
  /** Returns the hub's signed head of the log, or null. */
  readonly head: () => Uint8Array | null
  /** Another member shows the head of its log. */
  readonly onHead: (signed: Uint8Array) => void
}

export class PresenceNotes {
  readonly #options: PresenceNotesOptions
  #headMs = Number.NEGATIVE_INFINITY

  constructor(options: PresenceNotesOptions) {
    this.#options = options
  }

  /** Notifies the connected members. It may get lost. */
  async show(what: Presence): Promise<void> {
    const { given, share, mayShow, send } = this.#options
    const { own, ports, credential, signer } = given
    const key = await this.#key()
    if (!key || !mayShow()) return
    const device = share ? credential : own.hash
    const nonce = ports.random.bytes(NONCE_BYTES)
    send(sealPresence(key, what, ports.clock.unixMs(), device, signer, nonce))
    await this.showHead()
  }

  /**
   * Shows the connected members the newest head that the hub has signed, once in a while, or a
   * given one at once.
   */
  async showHead(given?: Uint8Array): Promise<void> {
    const { mayShow, send, head } = this.#options
    const { clock, random } = this.#options.given.ports
    if (!given && clock.nowMs() < this.#headMs + HEAD_MS) return
    const signed = given ?? head()
    if (!signed || !mayShow()) return
    this.#headMs = clock.nowMs()
    const key = await this.#key()
    if (key) send(sealHead(key, signed, random.bytes(NONCE_BYTES)))
  }

  /** Handles a received note. */
  async received(bytes: Uint8Array): Promise<void> {
    const { given, share, group, onPresence, onHead } = this.#options
    const key = await this.#key()
    if (!key) return
    const opened = openPresence(key, bytes, given.ports.clock.unixMs(), named =>
      share ? readCredential(named) : (group()?.members.find(({ hash }) => equalBytes(hash, named)) ?? null),
    )
    if (opened && 'head' in opened) return onHead(opened.head)
    if (!opened || isBlocked(given, opened.device.did)) return
    onPresence(opened.device.did, opened.what)
  }

  /** Returns null if this device is not a member. */
  async #key(): Promise<PresenceKey | null> {
    const { room, share } = this.#options
    if (share) return { key: share.volatileKey, room }
    const group = this.#options.group()
    if (!group?.isMember) return null
    return { key: await group.export(VOLATILE_LABEL, room, VOLATILE_KEY_BYTES), room }
  }
}
