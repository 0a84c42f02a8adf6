/** A hub as a program, with its database, members and rooms. */
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { tempDir } from '../../interop/support/files.ts'
import { HubProcess } from '../../interop/support/hub.ts'
import { JsonLines } from '../../interop/support/json-lines.ts'
import { PostgresServer } from '../../interop/support/postgres.ts'
import { type ManagedProcess, start } from '../../interop/support/process.ts'
import { cpuSeconds, usageOf } from '../../interop/support/usage.ts'
import {
  openFileStores,
  openServerStores,
  type TestStores,
} from '../../packages/hub-stores/src/testing/stores.ts'
import type { CrowdMember } from './crowd.ts'

export const DATABASES = ['PostgreSQL', 'SQLite'] as const
export type DatabaseName = (typeof DATABASES)[number]

const DAY_MS = 86_400_000
/** Number of accounts created at once. */
const AT_ONCE = 200

/** A measured server. */
export interface Measured extends AsyncDisposable {
  readonly port: number
  /** CPU seconds of the server and of its database so far. */
  cpu(): Promise<{ readonly own: number; readonly database: number }>
  residentBytes(): number
}

export class HubWorld implements Measured {
  readonly stores: TestStores
  readonly #hub: HubProcess
  readonly #postgres: PostgresServer | null
  readonly #opened: AsyncDisposableStack

  private constructor(
    hub: HubProcess,
    stores: TestStores,
    postgres: PostgresServer | null,
    opened: AsyncDisposableStack,
  ) {
    this.#hub = hub
    this.stores = stores
    this.#postgres = postgres
    this.#opened = opened
  }

  static async start(database: DatabaseName): Promise<HubWorld> {
    await using opening = new AsyncDisposableStack()
    const folder = opening.use(await tempDir('bench-hub'))
    const postgres = database === 'PostgreSQL' ? opening.use(await PostgresServer.start()) : null
    const where = postgres ? ['--database', postgres.url] : []
    const args = ['--data', folder.path, '--no-udp', '--connections', '0', ...where]
    const hub = opening.use(await HubProcess.start(args))
    const stores = opening.use(
      postgres
        ? await openServerStores({ url: postgres.url, connections: 1 })
        : await openFileStores(folder.join('hub.db')),
    )
    return new HubWorld(hub, stores, postgres, opening.move())
  }

  get port(): number {
    return this.#hub.port
  }

  async cpu() {
    const own = cpuSeconds(usageOf(this.#hub.process.pid))
    return { own, database: this.#postgres?.cpuSeconds() ?? 0 }
  }

  residentBytes(): number {
    return usageOf(this.#hub.process.pid).residentBytes
  }

  /**
   * Creates rooms with this many members, each with a separate account. Returns the members of each
   * room.
   */
  async createRooms(rooms: number, size: number): Promise<CrowdMember[][]> {
    const created: CrowdMember[][] = []
    for (let at = 0; at < rooms; at++) {
      const creator = newDid()
      const { id } = await this.stores.rooms.create({ creator, kind: 'group', salt: randomBytes(32) })
      created.push(
        Array.from({ length: size }, () => ({ session: '', room: Buffer.from(id).toString('hex') })),
      )
    }
    const members = created.flat()
    for (let at = 0; at < members.length; at += AT_ONCE)
      await Promise.all(
        members.slice(at, at + AT_ONCE).map(async member => {
          Object.assign(member, { session: await this.openSession(newDid()) })
        }),
      )
    return created
  }

  /** Creates an account. Returns the secret of a session. */
  async openSession(did: string): Promise<string> {
    await this.stores.accounts.create({ did, role: 'member' })
    return (await this.stores.sessions.begin(did, { label: 'bench', lifeMs: DAY_MS })).secret
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync()
  }
}

/** The stores do not check that a key exists, and creating one takes milliseconds. */
function newDid(): string {
  return `did:key:${randomBytes(16).toString('hex')}`
}

/** Plain Socket.IO. */
export class BareServer implements Measured {
  readonly port: number
  readonly #process: ManagedProcess

  private constructor(process: ManagedProcess, port: number) {
    this.#process = process
    this.port = port
    // It can be stopped before everything is written.
    process.child.stdin!.on('error', () => {})
  }

  static async start(): Promise<BareServer> {
    const server = await startProgram('../rivals/socket-io.ts')
    const lines = createInterface(server.child.stdout!)
    const { promise, resolve } = Promise.withResolvers<string>()
    lines.once('line', resolve)
    const ended = server.exited.then(() => Promise.reject(new Error(server.output())))
    ended.catch(() => {})
    return new BareServer(server, Number(await Promise.race([promise, ended])))
  }

  async cpu() {
    return { own: cpuSeconds(usageOf(this.#process.pid)), database: 0 }
  }

  residentBytes(): number {
    return usageOf(this.#process.pid).residentBytes
  }

  post(room: string, bytes: number): void {
    this.#process.child.stdin!.write(`${room} ${bytes}\n`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop()
  }
}

/** A process that answers calls: one of the programs in this folder. */
export class Clients extends JsonLines implements AsyncDisposable {
  readonly #process: ManagedProcess

  private constructor(process: ManagedProcess) {
    super(process)
    this.#process = process
  }

  static async start(
    program: 'chat-admin' | 'chat-members' | 'chat-node' | 'crowd' | 'screens',
  ): Promise<Clients> {
    return new Clients(await startProgram(`${program}.ts`))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop()
  }
}

function startProgram(path: string): Promise<ManagedProcess> {
  const program = new URL(path, import.meta.url).pathname
  return start(path, process.execPath, [program], { stdin: true, ownStdout: true })
}
