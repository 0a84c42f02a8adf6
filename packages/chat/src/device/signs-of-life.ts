/**
 * Times when the devices of a closed group were last active, by this device's own clock, and when
 * it renews its own leaf. Each change is a record of the journal of the history. The validity of
 * commits does not depend on it: it only determines this device's own actions.
 */
import type { Cbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import { fromLatin1 } from './message-store.ts'

const DAY_MS = 86_400_000
/** Each device renews its leaf after 6 to 8 days, so that those of a group do not do so at once. */
export const RENEW_MS = { least: 6 * DAY_MS, spread: 2 * DAY_MS }
/** Silence after which a device is removed. */
const IDLE_MS = 60 * DAY_MS
/** Own devices are not added while they are silent; clocks of devices differ. */
const ABSENT_MS = IDLE_MS - 10 * DAY_MS
const KIND = { heard: 20, due: 21, dropped: 22 } as const

export class SignsOfLife {
  readonly #write: (record: Cbor) => Promise<void>
  /** By the hashes of devices in Latin-1. */
  readonly #heard = new Map<string, number>()
  /** The person whose silent device this one removed, by the hash of the device. */
  readonly #dropped = new Map<string, string>()
  #dueMs: number | null = null

  /** `write` appends a record to the journal. */
  constructor(write: (record: Cbor) => Promise<void>) {
    this.#write = write
  }

  /** Time at which this device renews its leaf. Null until it was set. */
  get dueMs(): number | null {
    return this.#dueMs
  }

  /** A device has written or committed something. Stored once a day. */
  async heard(device: Uint8Array, nowMs: number): Promise<void> {
    const known = this.#heard.get(latin1(device))
    if (known !== undefined && nowMs - known < DAY_MS) return
    await this.#write([KIND.heard, device, Math.floor(nowMs)])
    this.#heard.set(latin1(device), Math.floor(nowMs))
  }

  /** Starts counting for devices never seen before. */
  async meet(devices: readonly Uint8Array[], nowMs: number): Promise<void> {
    for (const device of devices) if (!this.#heard.has(latin1(device))) await this.heard(device, nowMs)
  }

  isIdle(device: Uint8Array, nowMs: number): boolean {
    return nowMs - (this.#heard.get(latin1(device)) ?? nowMs) >= IDLE_MS
  }

  /** Returns whether a device was active once, but not for a long time. */
  isAbsent(device: Uint8Array, nowMs: number): boolean {
    return nowMs - (this.#heard.get(latin1(device)) ?? nowMs) >= ABSENT_MS
  }

  /** Returns whether this device itself was silent for so long that others have removed it. */
  wasSilent(nowMs: number): boolean {
    return this.#dueMs === null || nowMs - this.#dueMs >= ABSENT_MS - RENEW_MS.least - RENEW_MS.spread
  }

  async setDue(dueMs: number): Promise<void> {
    await this.#write([KIND.due, Math.floor(dueMs)])
    this.#dueMs = Math.floor(dueMs)
  }

  /** Records that this device removes one for its silence, and adds it again on request. */
  async drop(device: Uint8Array, did: string): Promise<void> {
    await this.#write([KIND.dropped, device, did])
    this.#dropped.set(latin1(device), did)
  }

  hasDropped(device: Uint8Array, did: string): boolean {
    return this.#dropped.get(latin1(device)) === did
  }

  get records(): readonly Cbor[] {
    return [
      ...[...this.#heard].map(([device, ms]): Cbor => [KIND.heard, fromLatin1(device), ms]),
      ...[...this.#dropped].map(([device, did]): Cbor => [KIND.dropped, fromLatin1(device), did]),
      ...(this.#dueMs === null ? [] : [[KIND.due, this.#dueMs]]),
    ]
  }

  /** Applies a record of the journal. Returns false if it is of another kind. */
  apply(kind: number, members: readonly never[]): boolean {
    if (kind === KIND.heard) this.#heard.set(latin1(members[0]!), members[1]!)
    else if (kind === KIND.dropped) this.#dropped.set(latin1(members[0]!), members[1]!)
    else if (kind === KIND.due) this.#dueMs = members[0]!
    else return false
    return true
  }
}
