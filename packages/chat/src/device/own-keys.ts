/**
 * This device's key packages: keeps their private parts until they are used, and a sufficient
 * number published.
 */
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import { makeKeyPackage, type OwnDevice, type OwnKeyPackage } from '../groups/key-packages.ts'
import type { Suite } from '../groups/suite.ts'
import type { ChatPorts, Journal } from './ports.ts'

/** Number of one-time ones to publish once fewer than half are left. */
export const ONE_TIME_KEYS = 32
/** One-time ones expire after 90 days: the oldest are then forgotten. */
const MOST = 256
const CHECK_MS = 6 * 3_600_000
const RETRY_MS = 60_000
/** The last resort is replaced before it expires. */
const LAST_RESORT_SECONDS = 30 * 86_400

interface Kept extends OwnKeyPackage {
  readonly unixSeconds: number
}

export class OwnKeys {
  readonly #ports: ChatPorts
  readonly #suite: Suite
  readonly #device: OwnDevice
  readonly #journal: Journal
  readonly #kept: Map<string, Kept>
  readonly #oneTime: number
  #cancel: (() => void) | undefined
  #isChecking = false

  private constructor(
    ...[ports, suite, device, journal, kept, oneTime]: [
      ...[ChatPorts, Suite, OwnDevice, Journal, Map<string, Kept>, number],
    ]
  ) {
    this.#ports = ports
    this.#suite = suite
    this.#device = device
    this.#journal = journal
    this.#kept = kept
    this.#oneTime = oneTime
  }

  /** `oneTime`: number of one-time ones to keep published. */
  static async open(ports: ChatPorts, suite: Suite, device: OwnDevice, oneTime: number): Promise<OwnKeys> {
    const journal = await ports.journals.open('key-packages')
    const kept = new Map<string, Kept>()
    for await (const record of journal.read()) {
      const key = readRecord(record, device)
      if (key instanceof Uint8Array) kept.delete(latin1(key))
      else kept.set(latin1(key.ref), key)
    }
    await journal.replace([...kept.values()].map(writeRecord))
    return new OwnKeys(ports, suite, device, journal, kept, oneTime)
  }

  /** Returns the key package with this ref, or null. */
  find(ref: Uint8Array): OwnKeyPackage | null {
    return this.#kept.get(latin1(ref)) ?? null
  }

  /** Deletes the private parts of a used key package, unless it is the last resort. */
  async used(ref: Uint8Array): Promise<void> {
    const known = this.#kept.get(latin1(ref))
    if (known && !known.isLastResort) await this.#forget(known)
  }

  /** Publishes missing ones, now and periodically. */
  start(): void {
    this.#cancel?.()
    void this.#check()
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    let pauseMs = CHECK_MS
    try {
      if (!(await this.#publish())) pauseMs = RETRY_MS
    } catch {
      // The hub is unavailable.
      pauseMs = RETRY_MS
    } finally {
      this.#isChecking = false
    }
    this.#cancel = this.#ports.clock.after(pauseMs, () => void this.#check())
  }

  /** Returns false if a home did not answer. */
  async #publish(): Promise<boolean> {
    const { oneTime: known, lastResort, isComplete } = await this.#ports.keyPackages.own()
    const unixSeconds = Math.floor(this.#ports.clock.unixMs() / 1000)
    // The journals were lost: invitations to the published ones cannot be opened.
    const isLost = lastResort !== null && !this.#kept.has(latin1(lastResort))
    const oneTime = isLost ? 0 : known
    const fresh = []
    if (2 * oneTime < this.#oneTime)
      for (let n = oneTime; n < this.#oneTime; n++) fresh.push(await this.#make(unixSeconds, false))
    const last = lastResort && this.#kept.get(latin1(lastResort))
    const isDue = !last || last.unixSeconds + LAST_RESORT_SECONDS < unixSeconds
    const replacement = isDue ? await this.#make(unixSeconds, true) : null
    if (fresh.length > 0 || replacement)
      await this.#ports.keyPackages.publish(fresh, replacement, { replaces: isLost })
    const oneTimes = [...this.#kept.values()].filter(each => !each.isLastResort)
    for (const each of oneTimes.slice(0, Math.max(0, oneTimes.length - MOST))) await this.#forget(each)
    return isComplete
  }

  /** Stores it before others can use it. */
  async #make(unixSeconds: number, isLastResort: boolean): Promise<Kept> {
    const made = await makeKeyPackage(this.#suite, this.#device, { unixSeconds, isLastResort })
    const kept = { ...made, unixSeconds }
    await this.#journal.append(writeRecord(kept))
    this.#kept.set(latin1(kept.ref), kept)
    return kept
  }

  async #forget({ ref }: Kept): Promise<void> {
    await this.#journal.append(encodeCbor([ref]))
    this.#kept.delete(latin1(ref))
  }
}

function writeRecord({ ref, bytes, isLastResort, unixSeconds, keys }: Kept): Uint8Array {
  const { initPrivateKey, hpkePrivateKey } = keys
  return encodeCbor([ref, bytes, isLastResort ? 1 : 0, unixSeconds, initPrivateKey, hpkePrivateKey])
}

/** Returns the ref of a deleted or stored one. */
function readRecord(record: Uint8Array, { messageKey }: OwnDevice): Kept | Uint8Array {
  const value = decodeCbor(record)
  if (!Array.isArray(value)) throw new ChatError('bad-argument', 'The journal of key packages is damaged.')
  if (value.length === 1) return value[0] as Uint8Array
  const [ref, bytes, last, unixSeconds, initPrivateKey, hpkePrivateKey] = value as unknown as [
    ...[Uint8Array, Uint8Array, number, number, Uint8Array, Uint8Array],
  ]
  const keys = { initPrivateKey, hpkePrivateKey, signaturePrivateKey: messageKey.seed }
  return { ref, bytes, isLastResort: last === 1, unixSeconds, keys }
}
