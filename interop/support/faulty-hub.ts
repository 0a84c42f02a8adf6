/**
 * Two real processes of a hub with PostgreSQL and Redis, behind gates that alternate, where each of
 * them can be killed and the network can be cut.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openServerStores, type TestStores } from '../../packages/hub-stores/src/testing/stores.ts'
import { type TempDir, tempDir } from './files.ts'
import { Gate } from './gate.ts'
import { HubProcess } from './hub.ts'
import { freePort } from './ports.ts'
import { PostgresServer } from './postgres.ts'
import { RedisServer } from './redis.ts'

export const HUB_FAULTS = ['hub', 'Redis', 'PostgreSQL', 'network'] as const
export type HubFault = (typeof HUB_FAULTS)[number]

const PROCESSES = 2

export class FaultyHub implements AsyncDisposable {
  readonly stores: TestStores
  /**
   * Each alternates between all processes of the hub, starting with a different one, like a load
   * balancer.
   */
  readonly gates: Gate[] = []
  readonly #folder: TempDir
  readonly #postgres: PostgresServer
  readonly #redis: RedisServer
  readonly #args: readonly string[]
  readonly #ports: number[] = []
  readonly #hubs: HubProcess[] = []
  #faults = 0

  private constructor(
    folder: TempDir,
    postgres: PostgresServer,
    redis: RedisServer,
    stores: TestStores,
    args: readonly string[],
  ) {
    this.#folder = folder
    this.#postgres = postgres
    this.#redis = redis
    this.stores = stores
    this.#args = args
  }

  /** `args`: additional options of the hub. */
  static async start(args: readonly string[] = []): Promise<FaultyHub> {
    const [folder, postgres, redis] = [
      await tempDir('hub-faults'),
      await PostgresServer.start(),
      await RedisServer.start(),
    ]
    const stores = await openServerStores({ url: postgres.url, connections: 1 })
    const hub = new FaultyHub(folder, postgres, redis, stores, args)
    for (let at = 0; at < PROCESSES; at++) {
      hub.#ports.push(await freePort())
      hub.#hubs.push(await hub.#start(at))
    }
    return hub
  }

  /** Opens a gate to the hub. */
  async gate(): Promise<Gate> {
    const first = this.gates.length % PROCESSES
    const gate = await Gate.to(...this.#ports.slice(first), ...this.#ports.slice(0, first))
    this.gates.push(gate)
    return gate
  }

  /**
   * Causes a failure and recovers from it. `meanwhile` runs while a process is down without which
   * the hub works.
   */
  async fail(fault: HubFault, cutMs: number, meanwhile: () => Promise<void>): Promise<void> {
    const turn = this.#faults++
    switch (fault) {
      case 'hub': {
        const at = turn % PROCESSES
        const { child, exited } = this.#hubs[at]!.process
        child.kill('SIGKILL')
        await exited
        // Its members continue at the other one.
        await meanwhile()
        this.#hubs[at] = await this.#start(at)
        return
      }
      case 'Redis':
        await this.#redis.kill()
        await meanwhile()
        return this.#redis.start()
      case 'PostgreSQL':
        await this.#postgres.kill()
        return this.#postgres.restart()
      case 'network': {
        // Alternately everyone is cut off, and every second one.
        const cut = this.gates.filter((_, at) => turn % 2 === 0 || at % 2 === 0)
        for (const gate of cut) gate.cut()
        await sleep(cutMs)
        for (const gate of cut) gate.heal(turn % 4 > 1)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gate of this.gates) await gate[Symbol.asyncDispose]()
    await this.stores.close()
    for (const hub of this.#hubs) await hub[Symbol.asyncDispose]()
    await this.#redis[Symbol.asyncDispose]()
    await this.#postgres.stop()
    await this.#folder.remove()
  }

  #start(at: number): Promise<HubProcess> {
    return HubProcess.start([
      ...['--port', String(this.#ports[at]), '--data', this.#folder.join('data')],
      ...['--database', this.#postgres.url, '--redis', this.#redis.url, ...this.#args],
    ])
  }
}
