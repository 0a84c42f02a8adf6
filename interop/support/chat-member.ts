/**
 * A person with one device, whose program is a process that can be killed: see
 * `chat-member-process.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { limitMs } from '@shoal/testing'
import { TestPerson } from '../../apps/hub/src/testing/test-hub.ts'
import { connectDevice } from '../../packages/hub-api/src/device-client.ts'
import { type Device, writeDeviceText } from '../../packages/identity/src/devices/devices.ts'
import { KeyPair } from '../../packages/identity/src/key-pair.ts'
import {
  type ChatMemberGiven,
  type ChatMemberState,
  throughGate,
  type WritePoint,
} from './chat-member-given.ts'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'

const PROGRAM = fileURLToPath(new URL('./chat-member-process.ts', import.meta.url))
/** A change waits for an unavailable hub, and for the commits of others. */
const PATIENT_MS = limitMs(120)

export class ChatMember implements AsyncDisposable {
  readonly name: string
  readonly did: string
  readonly #place: Pick<ChatMemberGiven, 'home' | 'gate'>
  readonly #folder: string
  readonly #person = new TestPerson()
  readonly #login: KeyPair
  readonly #message = KeyPair.generate()
  readonly #device: ReturnType<TestPerson['device']>
  #process: ManagedProcess | null = null
  #calls: JsonLines | null = null
  #isUp = Promise.withResolvers<void>()

  /** `folder`: for its journals. */
  constructor(name: string, place: Pick<ChatMemberGiven, 'home' | 'gate'>, folder: string) {
    this.name = name
    this.#place = place
    this.#folder = folder
    const { login, device } = this.#person.device(name)
    this.#login = login
    this.#device = { login, device: { ...device, messageKey: this.#message.publicKey } }
    this.#person.sign([this.#device])
    this.did = this.#person.did
  }

  /** The newest device list, in base64url. */
  get list(): string {
    return this.#person.lists.at(-1)!
  }

  /** Settles when the program has ended. */
  get exited(): Promise<unknown> {
    return this.#process!.exited
  }

  /** The seeds of its keys. */
  get secrets(): readonly Uint8Array[] {
    return [this.#login, this.#message].map(key => key.exportSecret().seed)
  }

  get device(): Device {
    return this.#device.device
  }

  /**
   * Becomes a member of the hub, and writes the program's input. `gate`: where to reach the hub for
   * that.
   */
  async join(people: ChatMemberGiven['people'], gate = this.#place.gate): Promise<void> {
    const [device, lists] = [writeDeviceText(this.#device.device), this.#person.lists]
    const client = connectDevice({
      ...{ url: this.#place.home, person: this.did, device: this.#login, description: device },
      ...{ lists: () => lists, fetch: throughGate({ ...this.#place, gate }) },
    })
    await client.join({ name: this.name })
    const given: ChatMemberGiven = {
      ...{ ...this.#place, did: this.did, device, lists, people },
      ...{ loginSeed: seedOf(this.#login), messageSeed: seedOf(this.#message) },
    }
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(`${this.#folder}/member.json`, JSON.stringify(given))
  }

  /**
   * Starts the program. Resolves once its conversations are restored, or it has died at `deadly`.
   */
  async launch(deadly: WritePoint | null = null, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const words = [PROGRAM, this.#folder, ...(deadly ? [JSON.stringify(deadly)] : [])]
    const child = await start(this.name, process.execPath, words, { stdin: true, ownStdout: true, env })
    this.#process = child
    this.#calls = new JsonLines(child)
    const answered = this.#calls.call('points')
    if (deadly) await Promise.race([answered.catch(() => {}), child.exited])
    else await answered
    this.#isUp.resolve()
  }

  /** Calls the program. Rejects if it dies before it responds. */
  call<T>(operation: string, args: object = {}): Promise<T> {
    return this.#calls!.call<T>(operation, args, PATIENT_MS)
  }

  /** Waits until the program runs. */
  up(): Promise<void> {
    return this.#isUp.promise
  }

  state(): Promise<ChatMemberState> {
    return this.call('state')
  }

  /** Kills the program at once, or waits until it has killed itself, and restarts it. */
  async restart({ isDead = false, deadly = null as WritePoint | null } = {}): Promise<void> {
    this.#isUp = Promise.withResolvers()
    if (!isDead) this.#process!.child.kill('SIGKILL')
    await this.exited
    await this.launch(deadly)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.child.kill('SIGKILL')
    await this.#process?.exited
  }
}

function seedOf(key: KeyPair): string {
  return Buffer.from(key.exportSecret().seed).toString('base64url')
}
