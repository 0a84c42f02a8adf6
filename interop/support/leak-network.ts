/**
 * Two networks: a client whose packets are all captured, and a world. A cable connects them, which
 * is the client's default route, and optionally a tunnel, used only by a client that is bound to
 * it. Requires root.
 */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { JsonLines } from './json-lines.ts'
import { isOfKernel, type Packet, readPcap } from './pcap.ts'
import { type ManagedProcess, type StartOptions, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

/** Why no such networks can be created, or null. */
export const cannotCreateLeakNetwork =
  process.getuid?.() === 0
    ? missing('unshare', 'nsenter', 'ip', 'mount', 'tcpdump')
    : 'creating a network requires root'

/**
 * The proxy's only address, the addresses of everything else, and the world's end of the tunnel.
 */
export const PROXY = '10.99.0.1'
export const WORLD = '10.99.1.1'
export const WORLD6 = 'fd99:1::1'
export const TUNNEL = 'tunnel'
export const TUNNEL_END = '10.98.0.1'
/** The client's address in the tunnel. */
export const TUNNEL_ADDRESS = '10.98.0.2'

/**
 * UDP ports of loopback without a listener: a datagram to one of them marks a position in the
 * capture.
 */
const FIRST_MARK = 20_000

export class LeakNetwork implements AsyncDisposable {
  readonly #client: ManagedProcess
  readonly #world: ManagedProcess
  readonly #dir: TempDir
  #capture: ManagedProcess | null = null
  #marks = FIRST_MARK

  private constructor(client: ManagedProcess, world: ManagedProcess, dir: TempDir) {
    this.#client = client
    this.#world = world
    this.#dir = dir
  }

  static async create(): Promise<LeakNetwork> {
    const [client, world] = await Promise.all(
      ['client', 'world'].map(name =>
        start(name, toolPath('unshare'), ['--net', '--mount', 'cat'], { stdin: true }),
      ),
    )
    const network = new LeakNetwork(client!, world!, await tempDir('leaks'))
    await until('the namespaces exist', () => {
      try {
        network.inClient('link', 'set', 'lo', 'up')
        network.inWorld('ip', 'link', 'set', 'lo', 'up')
        return true
      } catch {
        return false
      }
    })
    network.#connect('cable', ['10.99.0.2/24', 'fd99::2/64'], [`${PROXY}/24`, 'fd99::1/64'])
    for (const address of [`${WORLD}/32`, `${WORLD6}/128`])
      network.inWorld('ip', 'addr', 'add', address, 'dev', 'lo', ...nodad(address))
    network.inClient('route', 'add', 'default', 'via', PROXY)
    network.inClient('-6', 'route', 'add', 'default', 'via', 'fd99::1')
    await network.#startCapture()
    return network
  }

  /** A tunnel to the world, whose routes have a lower priority than those of the cable. */
  openTunnel(): void {
    this.#connect(TUNNEL, [`${TUNNEL_ADDRESS}/24`, 'fd98::2/64'], [`${TUNNEL_END}/24`, 'fd98::1/64'])
    this.inClient('route', 'add', 'default', 'via', TUNNEL_END, 'metric', '500')
    this.inClient('-6', 'route', 'add', 'default', 'via', 'fd98::1', 'metric', '5000')
  }

  closeTunnel(): void {
    this.inClient('link', 'del', TUNNEL)
  }

  #connect(name: string, ours: readonly string[], theirs: readonly string[]): void {
    this.inClient('link', 'add', name, 'type', 'veth', 'peer', 'name', name, 'netns', String(this.#world.pid))
    const inWorld = (...args: string[]) => this.inWorld('ip', ...args)
    for (const [run, addresses] of [
      [this.inClient, ours],
      [inWorld, theirs],
    ] as const) {
      for (const address of addresses) run('addr', 'add', address, 'dev', name, ...nodad(address))
      run('link', 'set', name, 'up')
    }
  }

  get enterClient(): string[] {
    return ['-t', String(this.#client.pid), '--net', '--mount']
  }

  /** Its names are also those of a separate hosts file. */
  get enterWorld(): string[] {
    return ['-t', String(this.#world.pid), '--net', '--mount']
  }

  /** Runs `ip` in the client's network. */
  readonly inClient = (...args: string[]): string => this.#run(this.enterClient, 'ip', args)

  /** Replaces a system file for the client's programs. */
  replaceInClient(path: string, replacement: string): void {
    this.#run(this.enterClient, 'mount', ['--bind', replacement, path])
  }

  readonly inWorld = (program: 'ip' | 'mount', ...args: string[]): string =>
    this.#run(this.enterWorld, program, args)

  #run(enter: readonly string[], program: 'ip' | 'mount', args: readonly string[]): string {
    return execFileSync(toolPath('nsenter'), [...enter, toolPath(program), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  }

  async #startCapture(): Promise<void> {
    const args = ['-i', 'any', '-y', 'LINUX_SLL2', '-n', '-U', '--immediate-mode', '-s', '128', '-Z', 'root']
    this.#capture = await start('tcpdump', toolPath('nsenter'), [
      ...this.enterClient,
      ...[toolPath('tcpdump'), ...args, '-w', this.#dir.join('packets')],
    ])
    await until('the capture runs', () => this.#capture!.output().includes('listening on'))
  }

  /** Everything that the client has sent since the network was created, in order. */
  async sent(): Promise<Packet[]> {
    return outgoing(await this.#captured())
  }

  /** Returns the packets so far, in order of departure or arrival. */
  async #captured(): Promise<Packet[]> {
    const mark = this.nextMark()
    // A datagram in the capture proves that all earlier packets are in it.
    const send = `require('dgram').createSocket('udp4').send('x', ${mark}, '127.0.0.1', () => process.exit())`
    execFileSync(toolPath('nsenter'), [...this.enterClient, process.execPath, '-e', send])
    return until('the mark is in the capture', async () => {
      const packets = readPcap(await readFile(this.#dir.join('packets')))
      // Of packets on loopback, only the arrival is captured.
      const at = packets.findIndex(({ destinationPort }) => destinationPort === mark)
      return at >= 0 && packets.slice(0, at)
    })
  }

  /**
   * A port of the client's loopback: a program of the client that sends a datagram to it marks a
   * position in the capture.
   */
  nextMark(): number {
    return this.#marks++
  }

  /**
   * Returns what the client has sent since there were `count` packets, except for packets within
   * its machine or sent by the kernel.
   */
  async sentSince(count: number): Promise<Packet[]> {
    return this.#ofPrograms((await this.sent()).slice(count))
  }

  /** Like `sentSince`, since the mark. */
  async sentSinceMark(mark: number): Promise<Packet[]> {
    const packets = await this.#captured()
    const at = packets.findIndex(({ destinationPort }) => destinationPort === mark)
    if (at < 0) throw new Error(`the mark ${mark} is not in the capture`)
    return this.#ofPrograms(outgoing(packets.slice(at)))
  }

  #ofPrograms(packets: readonly Packet[]): Packet[] {
    const loopback = this.indexOf('lo')
    return packets.filter(packet => packet.interfaceIndex !== loopback && !isOfKernel(packet))
  }

  /** Linux's index of the client's interface. */
  indexOf(name: string): number {
    return Number(/^\d+/.exec(this.inClient('-o', 'link', 'show', name))![0])
  }

  /** Starts a script of this folder on one of the sides, and returns the calls to it. */
  async script(
    side: 'client' | 'world',
    file: string,
    env: NonNullable<StartOptions['env']> = {},
  ): Promise<{ process: ManagedProcess; calls: JsonLines }> {
    const enter = side === 'client' ? this.enterClient : this.enterWorld
    const path = new URL(file, import.meta.url).pathname
    const args = [...enter, process.execPath, path]
    const child = await start(side, toolPath('nsenter'), args, {
      stdin: true,
      ownStdout: true,
      env: { TMPDIR: this.#dir.path, ...env },
    })
    return { process: child, calls: new JsonLines(child) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#capture?.stop()
    await Promise.all([this.#client.stop(), this.#world.stop()])
    await this.#dir[Symbol.asyncDispose]()
  }
}

const outgoing = (packets: readonly Packet[]) => packets.filter(({ isOutgoing }) => isOutgoing)

const nodad = (address: string) => (address.includes(':') ? ['nodad'] : [])
