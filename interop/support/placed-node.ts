/**
 * A node in one of the places of a NatNetwork, which finds others through the Shoal network only.
 */
import { fileURLToPath } from 'node:url'
import type { NodeOperations, SettingsChange } from '@shoal/api'
import type { TempDir } from './files.ts'
import { JsonLines } from './json-lines.ts'
import type { NatNetwork, NatPlace } from './nat-network.ts'
import { type ManagedProcess, start } from './process.ts'
import type { ShownNode } from './recognize.ts'

const PROGRAM = fileURLToPath(new URL('./placed-node-process.ts', import.meta.url))
/** There is no other way to find a node. */
const ALONE = { port: 6881, dht: false, lsd: false, pex: false, trackers: false, portMapping: false }

export class PlacedNode implements AsyncDisposable {
  /** Its folder. Downloads are in `files`. */
  readonly folder: string
  readonly #process: ManagedProcess
  readonly #lines: JsonLines

  private constructor(folder: string, process: ManagedProcess) {
    this.folder = folder
    this.#process = process
    this.#lines = new JsonLines(process)
  }

  static async start(
    network: NatNetwork,
    place: NatPlace,
    dir: TempDir,
    settings: SettingsChange = {},
  ): Promise<PlacedNode> {
    const folder = dir.join(place)
    const program = await start(place, process.execPath, [PROGRAM], {
      ...{ stdin: true, ownStdout: true },
      within: network.within(place),
      env: { HOME: folder },
    })
    const node = new PlacedNode(folder, program)
    await node.#lines.call('open', {
      folder,
      settings: { ...settings, network: { ...ALONE, ...settings.network } },
    })
    return node
  }

  call<K extends keyof NodeOperations>(
    operation: K,
    input: Parameters<NodeOperations[K]>[0],
  ): ReturnType<NodeOperations[K]> {
    return this.#lines.call('call', { operation, input }) as ReturnType<NodeOperations[K]>
  }

  get operations(): NodeOperations {
    const call = (_: object, operation: keyof NodeOperations) => (input: never) => this.call(operation, input)
    return new Proxy({}, { get: call as never }) as NodeOperations
  }

  /** Another node certifies whose it is, as if both had met in a swarm. */
  recognize(shown: ShownNode): Promise<void> {
    return this.#lines.call('recognize', shown)
  }

  /**
   * Returns the processor time of the longest turn of its event loop since the last call, in
   * milliseconds: other programs of the machine do not count.
   */
  stall(): Promise<number> {
    return this.#lines.call('stall')
  }

  /** Kills the process, like a power cut. */
  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL')
    await this.#process.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
  }
}
