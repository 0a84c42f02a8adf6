/** Two networks that are connected by one cable: a client, of which every packet is counted, and a world with a proxy in it. Requires root. */
import { execFileSync } from 'node:child_process'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'
import { until } from './wait.ts'

/** Why no such networks can be created, or null. */
export const cannotCreateLeakNetwork =
  process.getuid?.() === 0
    ? missing('unshare', 'nsenter', 'ip', 'nft', 'mount')
    : 'creating a network requires root'

/** The proxy's only address, and those of everything else. */
export const PROXY = '10.99.0.1'
export const WORLD = '10.99.1.1'
export const WORLD6 = 'fd99:1::1'

/** Counts what leaves for anything but the proxy, and lets it through: a leak would succeed. Neighbor discovery and answers to late datagrams are not counted: the kernel sends them by itself. */
const COUNTERS = `table inet leak {
  counter proxied {}
  counter leaked {}
  chain output {
    type filter hook output priority 0;
    oifname "lo" accept
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
    icmp type destination-unreachable accept
    ip daddr ${PROXY} counter name proxied accept
    counter name leaked
  }
}`

export class LeakNetwork implements AsyncDisposable {
  readonly #client: ManagedProcess
  readonly #world: ManagedProcess

  private constructor(client: ManagedProcess, world: ManagedProcess) {
    this.#client = client
    this.#world = world
  }

  static async create(): Promise<LeakNetwork> {
    const [client, world] = await Promise.all(
      ['client', 'world'].map(name =>
        start(name, toolPath('unshare'), ['--net', '--mount', 'cat'], { stdin: true }),
      ),
    )
    const network = new LeakNetwork(client!, world!)
    await until('the namespaces exist', () => {
      try {
        network.inClient('ip', 'link', 'set', 'lo', 'up')
        network.inWorld('ip', 'link', 'set', 'lo', 'up')
        return true
      } catch {
        return false
      }
    })
    const ends = ['add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', String(world!.pid)]
    network.inClient('ip', 'link', ...ends)
    for (const [run, addresses] of [
      [network.inClient, ['10.99.0.2/24', 'fd99::2/64']],
      [network.inWorld, [`${PROXY}/24`, `${WORLD}/32`, 'fd99::1/64', `${WORLD6}/128`]],
    ] as const) {
      for (const address of addresses) run('ip', 'addr', 'add', address, 'dev', 'cable', ...nodad(address))
      run('ip', 'link', 'set', 'cable', 'up')
    }
    network.inClient('ip', 'route', 'add', 'default', 'via', PROXY)
    network.inClient('ip', '-6', 'route', 'add', 'default', 'via', 'fd99::1')
    execFileSync(toolPath('nsenter'), [...network.enterClient, toolPath('nft'), '-f', '-'], {
      input: COUNTERS,
    })
    return network
  }

  get enterClient(): string[] {
    return ['-t', String(this.#client.pid), '--net']
  }

  /** Its names are those of a hosts file of its own, too. */
  get enterWorld(): string[] {
    return ['-t', String(this.#world.pid), '--net', '--mount']
  }

  readonly inClient = (program: 'ip' | 'nft', ...args: string[]): string =>
    execFileSync(toolPath('nsenter'), [...this.enterClient, toolPath(program), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })

  readonly inWorld = (program: 'ip' | 'mount', ...args: string[]): string =>
    execFileSync(toolPath('nsenter'), [...this.enterWorld, toolPath(program), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })

  /** Packets of the client since the network was created: to the proxy, and to anything else. */
  packets(): { proxied: number; leaked: number } {
    const text = this.inClient('nft', 'list', 'counters')
    const count = (name: string) =>
      Number(new RegExp(`counter ${name} \\{\\s*packets (\\d+)`).exec(text)?.[1] ?? Number.NaN)
    return { proxied: count('proxied'), leaked: count('leaked') }
  }

  /** Starts a script of this folder on one of the sides, and returns the calls to it. */
  async script(
    side: 'client' | 'world',
    file: string,
  ): Promise<{ process: ManagedProcess; calls: JsonLines }> {
    const enter = side === 'client' ? this.enterClient : this.enterWorld
    const path = new URL(file, import.meta.url).pathname
    const args = [...enter, process.execPath, path]
    const child = await start(side, toolPath('nsenter'), args, { stdin: true, ownStdout: true })
    return { process: child, calls: new JsonLines(child) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#client.stop(), this.#world.stop()])
  }
}

const nodad = (address: string) => (address.includes(':') ? ['nodad'] : [])
