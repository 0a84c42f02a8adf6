/**
 * Processes of a hub with one database, and its members, in virtual time. All connections between
 * them can fail. The same seed gives the same run.
 */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import type { Channel, RoomsGiven } from '../../../apps/hub/src/rooms/contracts.ts'
import { RoomService } from '../../../apps/hub/src/rooms/room-service.ts'
import type { Database } from '../../../packages/hub-stores/src/database/database.ts'
import { TestStores } from '../../../packages/hub-stores/src/testing/stores.ts'
import { KeyPair } from '../../../packages/identity/src/key-pair.ts'
import { type Clock, type Random, seededRandom } from '../../../packages/torrent/src/base/index.ts'
import { VirtualClock } from '../../../packages/torrent/src/base/virtual-clock.ts'
import { type Connection, SimulatedDatabase } from './simulated-database.ts'

/** Disturbances during the entire run, in percent of all messages. */
export interface Disturbances {
  /** Only between processes: clients notice lost messages. */
  readonly lost: number
  readonly twice: number
  readonly late: number
}

export const NO_DISTURBANCE: Disturbances = { lost: 0, twice: 0, late: 0 }
/** Maximum delay of late messages. */
export const LATEST_MS = 3000

export interface WorldOptions {
  readonly seed: number
  readonly processes: number
  readonly disturbances?: Disturbances
  /** Replaces a process's database access, to verify that a bug in it is found. */
  readonly wrapDatabase?: (database: Database) => Database
  readonly given?: Partial<RoomsGiven>
}

export interface HubProcess {
  readonly number: number
  readonly database: Connection
  readonly stores: TestStores
  readonly service: RoomService
  isAlive: boolean
  /** Whether the process cannot reach the others: until it notices, it believes that it can. */
  isCutOff: boolean
  channelState: Channel['state']
  joins: number
  readonly onFrame: (frame: Uint8Array) => void
  /** Called when it ends. */
  readonly onEnd: Set<() => void>
}

export class HubWorld {
  readonly clock = new VirtualClock()
  readonly random: Random
  readonly database: SimulatedDatabase
  readonly key: KeyPair
  readonly disturbances: Disturbances
  /** Processes that have ended keep their index until they are restarted. */
  readonly processes: HubProcess[] = []
  /** All events, one per line. */
  readonly log: string[] = []
  /** Broken invariants. */
  readonly violations: string[] = []
  readonly #options: WorldOptions
  readonly #sign: (message: Uint8Array) => Uint8Array

  constructor(options: WorldOptions) {
    this.#options = options
    this.random = seededRandom(options.seed)
    this.disturbances = options.disturbances ?? NO_DISTURBANCE
    this.key = new KeyPair(this.random.bytes(32))
    this.#sign = nativeSigner(this.key)
    this.database = new SimulatedDatabase(this.clock, this.random)
    for (let at = 0; at < options.processes; at++) this.start(at)
  }

  note(event: string): void {
    this.log.push(`${this.clock.nowMs().toFixed(1)} ${event}`)
  }

  violated(promise: string): void {
    this.note(`BROKEN: ${promise}`)
    this.violations.push(promise)
  }

  /** Returns true with this probability in percent. */
  chance(percent: number): boolean {
    return percent > 0 && this.random.below(100) < percent
  }

  /** Starts or restarts a process. `database`: a different one, for a hub that lies. */
  start(number: number, database = this.database): void {
    if (this.processes[number]?.isAlive) return
    const own = database.connect()
    const wrapped = this.#options.wrapDatabase?.(own) ?? own
    const skewMs = this.random.below(10_000) - 5000
    const clock = clockOf(this.clock, skewMs, () => process.isAlive)
    const stores = new TestStores(wrapped, { now: () => Math.floor(clock.unixMs()) })
    let receive: (frame: Uint8Array) => void = () => {}
    const process: Omit<HubProcess, 'service'> & { service?: RoomService } = {
      ...{ number, database: own, stores, isAlive: true, isCutOff: false, channelState: 'joined', joins: 1 },
      onFrame: frame => receive(frame),
      onEnd: new Set(),
    }
    process.service = new RoomService({
      ...{ stores, clock, random: this.random },
      secret: this.key.publicKey,
      signer: { publicKey: this.key.publicKey, sign: this.#sign },
      openChannel: onFrame => {
        receive = onFrame
        return {
          get state() {
            return process.channelState
          },
          get joins() {
            return process.joins
          },
          publish: frame => this.#publish(process as HubProcess, frame),
        }
      },
      stunPort: () => null,
      isHere: () => true,
      deviceKeys: async () => [],
      isActive: async () => true,
      onError: error => this.violated(`process ${number}: ${(error as Error).stack}`),
      ...this.#options.given,
    })
    this.processes[number] = process as HubProcess
    this.note(`process ${number} starts`)
  }

  /** Ends a process immediately: pending work is dropped. */
  kill(number: number): void {
    const process = this.processes[number]!
    if (!process.isAlive) return
    this.note(`process ${number} is killed`)
    process.isAlive = false
    process.database.end()
    for (const onEnd of [...process.onEnd]) onEnd()
  }

  /** Cuts a process off from the others. It notices at a random time, or never. */
  cutOff(process: HubProcess): void {
    process.isCutOff = true
    this.clock.after(this.random.below(6000), () => {
      if (process.isCutOff) process.channelState = 'away'
    })
  }

  rejoin(process: HubProcess): void {
    process.isCutOff = false
    if (process.channelState === 'away') process.joins++
    process.channelState = 'joined'
  }

  /** Returns a running process, or null. */
  anyProcess(): HubProcess | null {
    // Like a load balancer that has not noticed yet that one has ended.
    const process = this.processes[this.random.below(this.processes.length)]!
    return process.isAlive ? process : null
  }

  get trace(): string {
    return createHash('sha1').update(this.log.join('\n')).digest('hex')
  }

  /** Ends everything. Returns the number of timers that remain. */
  async close(): Promise<number> {
    for (const process of this.processes) if (process.isAlive) process.service.close()
    // Let messages in transit arrive.
    await this.clock.advance(120_000)
    this.database.close()
    return this.clock.pending
  }

  #publish(from: HubProcess, frame: Uint8Array): void {
    if (from.isCutOff || !from.isAlive) return
    for (const to of this.processes) {
      if (to === from || this.chance(this.disturbances.lost)) continue
      const times = this.chance(this.disturbances.twice) ? 2 : 1
      for (let time = 0; time < times; time++) {
        const delayMs = 1 + this.random.below(this.chance(this.disturbances.late) ? LATEST_MS : 5)
        this.clock.after(delayMs, () => {
          if (to.isAlive && !to.isCutOff) to.onFrame(frame)
        })
      }
    }
  }
}

/** A process's clock: it deviates from others', and stops when the process ends. */
function clockOf(clock: VirtualClock, skewMs: number, isAlive: () => boolean): Clock {
  return {
    nowMs: () => clock.nowMs(),
    unixMs: () => clock.unixMs() + skewMs,
    after: (delayMs, callback) => clock.after(delayMs, () => isAlive() && callback()),
  }
}

/** Creates the same signatures as the key pair, ten times as fast. */
function nativeSigner(key: KeyPair): (message: Uint8Array) => Uint8Array {
  // RFC 8410: an Ed25519 private key in PKCS #8.
  const head = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([head, key.exportSecret().seed])
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return message => new Uint8Array(sign(null, message, secret))
}
