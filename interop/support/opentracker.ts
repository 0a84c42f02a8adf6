/** A real opentracker, on loopback, HTTP and UDP on one port. */
import { writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

const ALLOWED = 'allowed'

/** A running tracker: `await using tracker = await Opentracker.start({ allow: [hash] })`. */
export class Opentracker implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly port: number
  /** Announce URLs. */
  readonly http: string
  readonly udp: string
  readonly #directory: TempDir
  readonly #allowed: Set<string>

  private constructor(child: ManagedProcess, port: number, directory: TempDir, allowed: Set<string>) {
    this.process = child
    this.port = port
    this.http = `http://127.0.0.1:${port}/announce`
    this.udp = `udp://127.0.0.1:${port}/announce`
    this.#directory = directory
    this.#allowed = allowed
  }

  /**
   * `allow`: info hashes in hex (v2 hashes are truncated to 20 bytes). Debian's build serves only
   * these.
   */
  static async start(options: { allow?: readonly string[] } = {}): Promise<Opentracker> {
    const directory = await tempDir('opentracker')
    const allowed = new Set<string>()
    const port = await freePort()
    await writeFile(directory.join(ALLOWED), lines(options.allow ?? [], allowed))
    // As root, opentracker changes its root to this folder and switches to the user nobody, so the
    // path of the list is relative to the folder.
    const isRoot = process.getuid?.() === 0
    const list = isRoot ? `/${ALLOWED}` : directory.join(ALLOWED)
    const child = await start('opentracker', toolPath('opentracker'), [
      ...['-i', '127.0.0.1', '-p', String(port), '-P', String(port)],
      ...['-d', directory.path, '-w', list],
    ])
    const tracker = new Opentracker(child, port, directory, allowed)
    try {
      await until('opentracker answers', () => tracker.#scrape('0'.repeat(40)))
      // opentracker reads the whole list at once: when it serves the last line, it serves all of
      // them.
      for (const hash of [...allowed].slice(-1)) await tracker.#untilServed(hash)
      return tracker
    } catch (error) {
      await tracker.stop()
      throw error
    }
  }

  /** Adds info hashes to the list. Resolves when the tracker serves them. */
  async allow(...hashes: string[]): Promise<void> {
    await writeFile(this.#directory.join(ALLOWED), lines(hashes, this.#allowed))
    this.process.child.kill('SIGHUP')
    for (const hash of hashes) await this.#untilServed(hash.slice(0, 40))
  }

  /** Returns the number of announced seeds of a torrent. */
  async seeds(hash: string): Promise<number> {
    return Number(/8:completei(\d+)e/.exec(await this.#scrape(hash.slice(0, 40)))?.[1] ?? 0)
  }

  /** Returns the number of announced leeches of a torrent. */
  async leeches(hash: string): Promise<number> {
    return Number(/10:incompletei(\d+)e/.exec(await this.#scrape(hash.slice(0, 40)))?.[1] ?? 0)
  }

  async stop(): Promise<void> {
    await this.process.stop()
    await this.#directory.remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #untilServed(hash: string): Promise<void> {
    const url = `${this.http}?info_hash=${escapeHash(hash)}&peer_id=-SH0000-probeprobe00&port=1&left=1`
    await until(`opentracker serves ${hash}`, async () => {
      const answer = await (await fetch(`${url}&uploaded=0&downloaded=0`)).text()
      return !answer.includes('failure')
    })
    // The tracker must not return this probe to peers.
    await (await fetch(`${url}&uploaded=0&downloaded=0&event=stopped`)).text()
  }

  async #scrape(hash: string): Promise<string> {
    this.process.assertRunning()
    return (await fetch(`http://127.0.0.1:${this.port}/scrape?info_hash=${escapeHash(hash)}`)).text()
  }
}

function lines(hashes: readonly string[], allowed: Set<string>): string {
  for (const hash of hashes) allowed.add(hash.slice(0, 40).toLowerCase())
  return [...allowed].map(hash => `${hash}\n`).join('')
}

function escapeHash(hash: string): string {
  return hash.replace(/../g, '%$&')
}
