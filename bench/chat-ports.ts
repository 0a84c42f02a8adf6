/**
 * In-memory parts of a chat's environment for benchmarks: inboxes, key packages, persons and
 * journals.
 */
import type {
  ChatPorts,
  InboxEntry,
  Journals,
  KnownPerson,
  PublishedKeyPackage,
} from '../packages/chat/src/device/index.ts'
import { deviceOf, type TestDevice } from '../packages/chat/src/testing/members.ts'
import { latin1, systemClock, systemRandom } from '../packages/torrent/src/base/index.ts'

export class MemoryPorts {
  readonly people = new Map<string, KnownPerson>()
  readonly #inboxes = new Map<string, (entry: InboxEntry) => Promise<void>>()
  readonly #keys = new Map<string, PublishedKeyPackage[]>()

  /** Number of devices that have published key packages. */
  get published(): number {
    return this.#keys.size
  }

  portsOf({ own }: TestDevice, journals: Journals): Omit<ChatPorts, 'rooms'> {
    const device = latin1(deviceOf(own).hash)
    const known = (did: string) => this.people.get(did) ?? null
    return {
      journals,
      inboxes: {
        deliver: async (to, home, clientId, bytes) => {
          await this.#inboxes.get(latin1(to.device))?.({ home, clientId, bytes })
          return 'delivered'
        },
        listen: entry => {
          this.#inboxes.set(device, entry)
          return () => void this.#inboxes.delete(device)
        },
      },
      keyPackages: {
        own: async () => ({
          oneTime: this.#keys.get(device)?.length ?? 0,
          lastResort: null,
          isComplete: true,
        }),
        publish: async oneTime => void this.#keys.set(device, [...oneTime]),
        take: async of => this.#keys.get(latin1(of.device))?.shift()?.bytes ?? null,
      },
      people: { find: async did => known(did), known, listen: () => () => {} },
      clock: systemClock,
      random: systemRandom,
    }
  }
}

export function memoryJournals(): Journals {
  const all = new Map<string, Uint8Array[]>()
  return {
    open: async name => ({
      append: async record => {
        const records = all.get(name) ?? []
        records.push(record)
        all.set(name, records)
      },
      replace: async records => void all.set(name, [...records]),
      async *read() {
        yield* all.get(name) ?? []
      },
    }),
    remove: async name => void all.delete(name),
  }
}
