/**
 * Members with the real client, which post and read: how long an entry takes from one to the
 * others. Calls arrive as lines of JSON.
 */
import { randomBytes } from 'node:crypto'
import { until } from '@shoal/testing'
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { StallMeter } from '../../interop/support/stall-meter.ts'
import {
  connectRooms,
  type LogEntry,
  type RoomLog,
  type RoomsClient,
} from '../../packages/hub-api/src/rooms/rooms.ts'
import type { CrowdMember } from './crowd.ts'

export interface Seen {
  readonly acknowledged: number
  /** Total entries of these members. */
  readonly entries: number
  /**
   * Milliseconds from the call of `append` until a member of the same room has the verified entry.
   */
  readonly delaysMs: readonly number[]
  readonly problems: readonly string[]
}

/** How a device catches up after it was offline. */
export interface CaughtUp {
  /**
   * Milliseconds from connecting until the newest entries are shown, and until all have arrived.
   */
  readonly screenMs: number
  readonly allMs: number
  readonly longestStallMs: number
  readonly longestStallCpuMs: number
  readonly cpuSeconds: number
}

const clients: RoomsClient[] = []
const logs: RoomLog[] = []
const problems: string[] = []
let [acknowledged, entries] = [0, 0]
let delaysMs: number[] = []
let stop = () => {}

answerJsonLines({
  async connect({ port, members }: { port: number; members: readonly CrowdMember[] }) {
    for (const { session, room } of members) {
      const client = connectRooms({ url: `http://127.0.0.1:${port}`, session })
      clients.push(client)
      const problem = (error: Error) => void problems.push(error.message)
      logs.push(client.follow({ room: Buffer.from(room, 'hex') }, { entries: see, problem }))
    }
    await until('all follow their rooms', () => logs.every(({ right }) => right === 'post'))
    return null
  },
  /** Posts at this rate, by all in turn, until `stop`. */
  post({ perSecond, bytes }: { perSecond: number; bytes: number }) {
    const startMs = performance.now()
    let posted = 0
    const timer = setInterval(() => {
      const due = ((performance.now() - startMs) / 1000) * perSecond
      while (posted < due) append(logs[posted++ % logs.length]!, bytes)
    }, 2)
    stop = () => clearInterval(timer)
  },
  async stop() {
    stop()
    await until('everything is acknowledged', () => logs.every(log => log.unacknowledged === 0))
    return seen()
  },
  /** Returns what has happened since the last call. */
  seen,
  async catchUp({ port, session, room, count }: CrowdMember & { port: number; count: number }) {
    const stalls = new StallMeter()
    const before = process.cpuUsage()
    const startMs = performance.now()
    const since = () => performance.now() - startMs
    let [screenMs, seenCount] = [0, 0]
    const client = connectRooms({ url: `http://127.0.0.1:${port}`, session })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    client.follow(
      { room: Buffer.from(room, 'hex') },
      {
        entries(some) {
          screenMs ||= since()
          seenCount += some.length
          if (seenCount === count) resolve(since())
        },
        problem: reject,
      },
    )
    const allMs = await promise
    const { longestMs, longestCpuMs } = stalls.stop()
    const { user, system } = process.cpuUsage(before)
    client.close()
    return {
      ...{ screenMs, allMs, longestStallMs: longestMs, longestStallCpuMs: longestCpuMs },
      cpuSeconds: (user + system) / 1e6,
    } satisfies CaughtUp
  },
})

function seen(): Seen {
  const all = { acknowledged, entries, delaysMs, problems }
  delaysMs = []
  return all
}

function append(log: RoomLog, length: number): void {
  const bytes = randomBytes(length)
  bytes.writeBigUInt64BE(process.hrtime.bigint())
  log.append(bytes).then(
    () => acknowledged++,
    (error: Error) => problems.push(error.message),
  )
}

function see(some: readonly LogEntry[]): void {
  const now = process.hrtime.bigint()
  entries += some.length
  for (const { bytes } of some) {
    const sent = Buffer.from(bytes.buffer, bytes.byteOffset).readBigUInt64BE()
    delaysMs.push(Number(now - sent) / 1e6)
  }
}
