/**
 * A device that finds thousands of messages when it starts: how soon it shows the newest ones, and
 * has read all. The hub is in memory; the reader's journals are those of a node, on disk.
 */

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { until } from '@shoal/testing'
import { ChatJournals } from '../apps/node/src/node/chat/chat-journals.ts'
import {
  ChatDevice,
  type ChatPorts,
  type Conversation,
  type Place,
  type RoomEntry,
  type RoomFollower,
} from '../packages/chat/src/device/index.ts'
import { type TestDevice, TestPerson } from '../packages/chat/src/testing/members.ts'
import { Vault } from '../packages/daemon/src/vault.ts'
import type { BenchOptions, Section } from './bench.ts'
import { MemoryPorts, memoryJournals } from './chat-ports.ts'
import { against, medianOf } from './statistics.ts'

const HOME = 'https://hub.example'
const [SCREEN, PAGE] = [100, 1000]
const GOAL_SECONDS = { first: 1, all: 12 }

interface WaitingRun {
  readonly firstSeconds: number
  readonly allSeconds: number
  readonly cpuMsEach: number
  /** The longest time during which other work was blocked. */
  readonly longestTurnMs: number
  readonly heapMib: number
}

type Entry = RoomEntry & { readonly place: Place }

/**
 * A hub without delays: sends the newest screen, and then older messages when there is room, like
 * the clients of real hubs.
 */
class Hub {
  readonly #entries: Entry[] = []
  readonly #followers = new Set<RoomFollower>()
  readonly shared = new MemoryPorts()

  portsOf(own: TestDevice, journals: ChatPorts['journals']): ChatPorts {
    return {
      ...this.shared.portsOf(own, journals),
      rooms: {
        idOf: ({ creator, salt }) => sha256(Buffer.from(creator), salt),
        forget: async () => {},
        follow: ({ id, after }, follower) => {
          void this.#give(after.sequence, follower)
          return {
            append: async (clientId, bytes) => this.#append(id, clientId, bytes),
            renew() {},
            sendVolatile() {},
            head: () => null,
            compareHead() {},
            remove: async () => {},
            close: () => void this.#followers.delete(follower),
          }
        },
      },
    }
  }

  #append(id: Uint8Array, clientId: Uint8Array, bytes: Uint8Array): Place {
    const before = this.#entries.at(-1)?.place.hash ?? id
    const place = { sequence: this.#entries.length + 1, hash: sha256(before, clientId) }
    const entry = { clientId, bytes, place }
    this.#entries.push(entry)
    for (const follower of this.#followers) follower.entries([entry]).catch(() => {})
    return place
  }

  async #give(after: number, follower: RoomFollower): Promise<void> {
    this.#followers.add(follower)
    const missing = this.#entries.slice(after)
    const newest = missing.splice(-SCREEN)
    follower.entries(newest).catch(() => {})
    while (missing.length > 0 && this.#followers.has(follower)) {
      await follower.ready?.()
      follower.entries(missing.splice(0, PAGE)).catch(() => {})
    }
  }
}

export async function measureWaiting({ quick, runs, log }: BenchOptions): Promise<Section> {
  const count = quick ? 300 : 10_000
  log(`chat: ${count} messages waiting`)
  const all: WaitingRun[] = []
  for (let run = 0; run < runs; run++) all.push(await measure(count))
  const first = medianOf(all, each => each.firstSeconds)
  const rest = medianOf(all, each => each.allSeconds)
  return {
    title: `${count} messages of one sender waiting for a device that starts`,
    columns: ['', 'Shoal'],
    rows: [
      ['the newest are on the screen after', `${first.toFixed(2)} s`],
      ['all are read after', `${rest.toFixed(1)} s`],
      ['processor time of each', `${medianOf(all, each => each.cpuMsEach).toFixed(2)} ms`],
      ['longest turn', `${medianOf(all, each => each.longestTurnMs).toFixed(0)} ms`],
      ['heap in the end', `${medianOf(all, each => each.heapMib).toFixed(0)} MiB`],
    ],
    goals: [
      against('first screen', first, GOAL_SECONDS.first, 'most', ' s'),
      against('all messages', rest, GOAL_SECONDS.all, 'most', ' s'),
    ],
    runs: { shoal: all },
  }
}

async function measure(count: number): Promise<WaitingRun> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-chat-bench-'))
  const hub = new Hub()
  const [ann, ben] = [member(hub, 'Ann'), member(hub, 'Ben')]
  const journals = await ChatJournals.open(folder, new Vault(folder))
  try {
    const sender = await ChatDevice.open({
      ports: hub.portsOf(ann.device, memoryJournals()),
      device: ann.device.own,
    })
    const options = { ports: hub.portsOf(ben.device, journals), device: ben.device.own }
    const before = await ChatDevice.open(options)
    await until('both can be added', () => hub.shared.published === 2)
    const group = await sender.createGroup({ home: HOME, name: 'Friends' })
    await group.change({ add: [ben.did] })
    await until('it is a member', () => before.conversations[0]?.state === 'member')
    before.close()
    for (let n = 0; n < count; n++) await group.send(text(`${n} ${'x'.repeat(100)}`))
    await until('everything is acknowledged', () => group.messages.at(-1)?.sequence !== null, {
      timeoutMs: 600_000,
    })
    sender.close()
    const isLast = ({ messages }: Conversation) => messages.at(-1)?.text.startsWith(`${count - 1} `) ?? false
    const turns = monitorEventLoopDelay({ resolution: 1 })
    globalThis.gc?.()
    turns.enable()
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    let firstMs: number | null = null
    const shown = Promise.withResolvers<void>()
    const reader = await ChatDevice.open({
      ...options,
      listener: {
        changed: conversation => {
          if (firstMs === null && isLast(conversation)) firstMs = performance.now()
          if (conversation.through.sequence > count && isLast(conversation)) shown.resolve()
        },
      },
    })
    await shown.promise
    const endMs = performance.now()
    const { user, system } = process.cpuUsage(cpu)
    turns.disable()
    reader.close()
    return {
      firstSeconds: ((firstMs ?? endMs) - startMs) / 1000,
      allSeconds: (endMs - startMs) / 1000,
      cpuMsEach: (user + system) / 1000 / count,
      longestTurnMs: turns.max / 1e6,
      heapMib: process.memoryUsage().heapUsed / (1 << 20),
    }
  } finally {
    await journals.close()
    await rm(folder, { recursive: true })
  }
}

function member(hub: Hub, name: string) {
  const person = new TestPerson()
  const device = person.device(name)
  hub.shared.people.set(person.did, { list: person.list!, isContact: true, isBlocked: false })
  return { did: person.did, device }
}

function text(words: string) {
  return { kind: 'text' as const, text: words, replyTo: null, mentions: [], files: [] }
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest())
}
