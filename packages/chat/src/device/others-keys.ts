/**
 * Key packages of other devices that this one adds: checks that the hub returned the requested
 * device's.
 */
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import { type ForeignKeyPackage, readKeyPackage } from '../groups/key-packages.ts'
import type { Suite } from '../groups/suite.ts'
import type { ChatPorts, DeviceAddress } from './ports.ts'

/** Most key packages reserved for the next commit. */
const MAX_KEPT = 1000

export class OthersKeys {
  readonly #ports: ChatPorts
  readonly #suite: Suite
  readonly #home: string
  readonly #problem: (error: unknown) => void
  /** Those taken for a commit that has not won yet. */
  readonly #kept = new Map<string, ForeignKeyPackage>()
  /** Devices that cannot be added until something changes. */
  readonly #unavailable = new Set<string>()

  constructor(ports: ChatPorts, suite: Suite, home: string, problem: (error: unknown) => void) {
    this.#ports = ports
    this.#suite = suite
    this.#home = home
    this.#problem = problem
  }

  /** Whether a device had none when last requested. */
  get isLacking(): boolean {
    return this.#unavailable.size > 0
  }

  /**
   * Returns one for each device of a person that is not in the group and can be added. Rejects
   * while the hub gives no answer.
   */
  async take(did: string, isMember: (device: Uint8Array) => boolean): Promise<readonly ForeignKeyPackage[]> {
    const person = await this.#ports.people.find(did, this.#home)
    const found = []
    for (const device of person?.list?.list.devices ?? []) {
      const key = latin1(device)
      if (this.#unavailable.has(key) || isMember(device)) continue
      const taken = this.#kept.get(key) ?? (await this.#take({ did, device }))
      if (!taken) {
        this.#unavailable.add(key)
        continue
      }
      if (this.#kept.size < MAX_KEPT) this.#kept.set(key, taken)
      found.push(taken)
    }
    return found
  }

  /** Forgets those that were taken. */
  clear(): void {
    this.#kept.clear()
  }

  /** Forgets those of devices that are members by now. */
  added(isMember: (device: Uint8Array) => boolean): void {
    for (const [key, { device }] of this.#kept) if (isMember(device.hash)) this.#kept.delete(key)
  }

  /** The group does not accept this device. */
  refused(device: Uint8Array): void {
    this.#unavailable.add(latin1(device))
  }

  /** Unavailable devices may be available now. */
  retry(): void {
    this.#unavailable.clear()
  }

  async #take(address: DeviceAddress): Promise<ForeignKeyPackage | null> {
    const bytes = await this.#ports.keyPackages.take(address, this.#home)
    if (!bytes) return null
    try {
      const unixSeconds = Math.floor(this.#ports.clock.unixMs() / 1000)
      const read = await readKeyPackage(this.#suite, bytes, unixSeconds)
      if (read.device.did === address.did && equalBytes(read.device.hash, address.device)) return read
      throw new ChatError('bad-credential', 'The hub returned the key of another device.')
    } catch (error) {
      this.#problem(error)
      return null
    }
  }
}
