import { until } from '@shoal/testing'
import { type TempDir, tempDir } from '../../interop/support/files.ts'
import { Transmission } from '../../interop/support/transmission.ts'
import { type ProcessUsage, usageOf } from '../../interop/support/usage.ts'
import type { BenchPeer, Download } from './peer.ts'

const DEADLINE_MS = 300_000
const POLL_MS = 20

/**
 * transmission-daemon, without encryption. It supports v1 only and cannot be given a peer, so the
 * others dial it.
 */
export class TransmissionPeer implements BenchPeer {
  readonly #peer: Transmission
  readonly #directory: TempDir
  readonly host = '127.0.0.1'
  readonly port: number
  readonly version: string

  private constructor(peer: Transmission, directory: TempDir, version: string) {
    this.#peer = peer
    this.#directory = directory
    this.port = peer.port
    this.version = `Transmission ${version}`
  }

  static async start(): Promise<TransmissionPeer> {
    const directory = await tempDir('transmission')
    const peer = await Transmission.start({ directory: directory.path, encryption: 'plain' })
    return new TransmissionPeer(peer, directory, await peer.version())
  }

  async seed(torrent: string, directory: string): Promise<void> {
    await this.#peer.done(await this.#peer.add({ torrent }, directory))
  }

  async download({ torrent, directory, peers }: Download): Promise<{ firstByteMs: number }> {
    const started = performance.now()
    const id = await this.#peer.add({ torrent }, directory)
    for (const peer of peers) await peer.dial?.(this.port)
    const first = until(
      'the first byte',
      async () => (await this.#peer.status(id)).downloadedEver > 0 && performance.now() - started,
      { timeoutMs: DEADLINE_MS, intervalMs: POLL_MS },
    )
    const [firstByteMs] = await Promise.all([first, this.#peer.done(id, DEADLINE_MS, POLL_MS)])
    return { firstByteMs }
  }

  async usage(): Promise<ProcessUsage> {
    return usageOf(this.#peer.process.pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.stop()
    await this.#directory.remove()
  }
}
