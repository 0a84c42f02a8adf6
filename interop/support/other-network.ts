/**
 * A separate network for a program: a network namespace, connected to this one by a virtual cable
 * that can be unplugged. Requires root.
 */
import { execFileSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { until } from '@shoal/testing'
import type { TempDir } from './files.ts'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

/** Why no network can be created, or null. */
export const cannotCreateNetwork =
  process.getuid?.() === 0 ? missing('unshare', 'nsenter', 'ip') : 'creating a network requires root'

export class OtherNetwork implements AsyncDisposable {
  /** Address of our end of the cable, reachable from the other side. */
  readonly host: string
  readonly #holder: ManagedProcess
  readonly #cable: string
  readonly #servers: { server: Server; sockets: Set<Socket> }[] = []

  private constructor(holder: ManagedProcess, cable: string, host: string) {
    this.#holder = holder
    this.#cable = cable
    this.host = host
  }

  static async create(): Promise<OtherNetwork> {
    const holder = await start('network', toolPath('unshare'), ['--net', 'cat'], { stdin: true })
    const pid = String(holder.pid)
    // Unique among the tests that run on the machine.
    const number = holder.pid % 16_000
    const cable = `shoal${number}`
    const [third, fourth] = [number >> 6, (number & 63) * 4]
    const [near, far] = [fourth + 1, fourth + 2].map(last => `10.203.${third}.${last}`)
    const network = new OtherNetwork(holder, cable, near!)
    await until('the namespace exists', () => hasOwnNetwork(pid))
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'cable', 'netns', pid)
    ip('addr', 'add', `${near}/30`, 'dev', cable)
    ip('link', 'set', cable, 'up')
    network.run('addr', 'add', `${far}/30`, 'dev', 'cable')
    for (const device of ['cable', 'lo']) network.run('link', 'set', device, 'up')
    network.run('route', 'add', 'default', 'via', near!)
    return network
  }

  /** Runs `ip` on the other side. */
  run(...args: string[]): void {
    execFileSync(toolPath('nsenter'), [...this.#entering(), toolPath('ip'), ...args])
  }

  unplug(): void {
    ip('link', 'set', this.#cable, 'down')
  }

  plugIn(): void {
    ip('link', 'set', this.#cable, 'up')
  }

  /**
   * Creates a script that runs `program` on the other side, with its own arguments. Returns its
   * path.
   */
  async wrapper(program: string, dir: TempDir): Promise<string> {
    const path = dir.join('in-other-network')
    const command = [toolPath('nsenter'), ...this.#entering(), program].join(' ')
    await writeFile(path, `#!/bin/sh\nexec ${command} "$@"\n`)
    await chmod(path, 0o755)
    return path
  }

  /**
   * Forwards a port of `host` from the other side to a port on our loopback. Returns the forwarded
   * port.
   */
  async forward(port: number): Promise<number> {
    const sockets = new Set<Socket>()
    const server = createServer(near => {
      const far = connect(port, '127.0.0.1')
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one)
        one.on('error', () => {}).on('close', () => other.destroy())
        one.pipe(other)
      }
    })
    this.#servers.push({ server, sockets })
    await new Promise<void>(resolve => server.listen(0, this.host, resolve))
    return (server.address() as { port: number }).port
  }

  #entering(): string[] {
    return ['-t', String(this.#holder.pid), '-n']
  }

  /** Deletes the namespace, which also removes both ends of the cable. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server, sockets } of this.#servers) {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
    await this.#holder.stop()
  }
}

function ip(...args: string[]): void {
  execFileSync(toolPath('ip'), args)
}

function hasOwnNetwork(pid: string): boolean {
  const namespace = (process: string) => readlinkSync(`/proc/${process}/ns/net`)
  return namespace(pid) !== namespace('self')
}
