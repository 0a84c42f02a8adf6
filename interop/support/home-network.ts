/**
 * A home: a machine behind a router that runs miniupnpd, and the internet in front of it, each a
 * network namespace. All addresses are public ones or those of a home, but nothing leaves the
 * namespaces. Requires root.
 */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { TempDir } from './files.ts'
import type { PeerOperations } from './home-peer-process.ts'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

/** Why no home can be created, or null. */
export const cannotCreateHome =
  process.getuid?.() === 0 ? missing('ip', 'nft', 'miniupnpd') : 'creating a network requires root'

/** The program of a HomePeer. */
export const PEER = fileURLToPath(new URL('./home-peer-process.ts', import.meta.url))

export const PLACES = {
  internet: { 4: '45.67.89.1', 6: '2a0b:c0de::1' },
  router: { 4: '45.67.89.11', 6: '2a0b:c0de::11' },
  home: { 4: '192.168.1.2', 6: '2a0b:c0de:1::2' },
} as const
type Place = keyof typeof PLACES

/** Admits connections from outside only where miniupnpd maps them. */
const FIREWALL = `
table inet filter {
  chain miniupnpd { }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
    ct status dnat accept
    jump miniupnpd
    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept
  }
  chain input {
    type filter hook input priority 0; policy accept;
    iifname "wan" ct state new meta l4proto { tcp, udp } drop
  }
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    iifname "wan" jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    jump postrouting_miniupnpd
    meta nfproto ipv4 oifname "wan" masquerade
  }
}
`

/**
 * Drops PCP requests, so that a router speaks NAT-PMP only: both use one port, and the version
 * comes first.
 */
const NO_PCP = 'add rule inet filter input iifname "lan" udp dport 5351 @th,64,8 2 drop'

export interface RouterOptions {
  readonly natPmp?: boolean
  readonly pcp?: boolean
  readonly upnp?: boolean
}

let homes = 0

export class HomeNetwork implements AsyncDisposable {
  readonly #id = `shoal-${process.pid}-${++homes}`
  readonly #dir: TempDir
  readonly #options: RouterOptions
  readonly #peers: HomePeer[] = []
  #router: ManagedProcess | null = null

  private constructor(dir: TempDir, options: RouterOptions) {
    this.#dir = dir
    this.#options = options
  }

  static async create(dir: TempDir, options: RouterOptions = {}): Promise<HomeNetwork> {
    const home = new HomeNetwork(dir, { natPmp: true, pcp: true, upnp: true, ...options })
    try {
      home.#build()
      await home.startRouter()
    } catch (error) {
      await home[Symbol.asyncDispose]()
      throw error
    }
    return home
  }

  #build(): void {
    const { internet, router, home } = PLACES
    for (const place of Object.keys(PLACES) as Place[]) {
      ip('netns', 'add', this.#name(place))
      this.run(place, 'ip', 'link', 'set', 'lo', 'up')
    }
    this.#cable('internet', 'net', 'router', 'wan')
    this.#cable('router', 'lan', 'home', 'eth')
    this.#address('internet', 'net', `${internet[4]}/24`, `${internet[6]}/64`)
    this.#address('router', 'wan', `${router[4]}/24`, `${router[6]}/64`)
    this.#address('router', 'lan', '192.168.1.1/24', '2a0b:c0de:1::1/64', 'fe80::1/64')
    this.#address('home', 'eth', `${home[4]}/24`, `${home[6]}/64`)
    this.run('router', 'ip', 'route', 'add', 'default', 'via', internet[4])
    this.run('home', 'ip', 'route', 'add', 'default', 'via', '192.168.1.1')
    this.run('home', 'ip', '-6', 'route', 'add', 'default', 'via', 'fe80::1', 'dev', 'eth')
    this.run('internet', 'ip', '-6', 'route', 'add', '2a0b:c0de:1::/64', 'via', router[6])
    this.run('router', 'ip', '-6', 'route', 'add', 'default', 'via', internet[6])
    for (const name of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'])
      this.run('router', 'sh', '-c', `echo 1 > /proc/sys/net/${name}`)
    this.#firewall(FIREWALL)
    if (!this.#options.pcp) this.#firewall(NO_PCP)
  }

  /** Starts miniupnpd without any mappings. */
  async startRouter(): Promise<void> {
    const { natPmp, upnp } = this.#options
    const yes = (on: boolean | undefined) => (on ? 'yes' : 'no')
    const config = this.#dir.join('miniupnpd.conf')
    const lines = [
      'ext_ifname=wan',
      'ext_ifname6=wan',
      'listening_ip=lan',
      `enable_natpmp=${yes(natPmp)}`,
      `enable_upnp=${yes(upnp)}`,
      'secure_mode=yes',
      'upnp_table_name=filter',
      'upnp_nat_table_name=filter',
      'upnp_forward_chain=miniupnpd',
      'upnp_nat_chain=prerouting_miniupnpd',
      'upnp_nat_postrouting_chain=postrouting_miniupnpd',
      'uuid=00000000-0000-0000-0000-000000000001',
      'ipv6_disable=no',
      'http_port=0',
      'allow 1024-65535 192.168.1.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ]
    await writeFile(config, `${lines.join('\n')}\n`)
    this.#router = await this.start('router', toolPath('miniupnpd'), [
      '-d',
      '-f',
      config,
      '-P',
      this.#dir.join('miniupnpd.pid'),
    ])
  }

  /** Kills miniupnpd and flushes its firewall, like a power cut. */
  async stopRouter(): Promise<void> {
    this.#router?.child.kill('SIGKILL')
    await this.#router?.exited
    for (const chain of ['miniupnpd', 'prerouting_miniupnpd', 'postrouting_miniupnpd'])
      this.#firewall(`flush chain inet filter ${chain}`)
  }

  /** The rules by which miniupnpd admits connections. */
  mappings(): string {
    const chains = ['prerouting_miniupnpd', 'miniupnpd'].map(chain =>
      this.run('router', toolPath('nft'), 'list', 'chain', 'inet', 'filter', chain),
    )
    return chains.join('')
  }

  output(): string {
    return this.#router?.output() ?? ''
  }

  /** Runs a program to completion and returns its output. */
  run(place: Place, program: string, ...args: string[]): string {
    return execFileSync(toolPath('ip'), ['netns', 'exec', this.#name(place), program, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  start(place: Place, program: string, args: readonly string[], options = {}): Promise<ManagedProcess> {
    const all = ['netns', 'exec', this.#name(place), program, ...args]
    return start(`${program} (${place})`, toolPath('ip'), all, options)
  }

  /** A session of ours in that place, not yet open. */
  async peer(place: Place): Promise<HomePeer> {
    const child = await this.start(place, process.execPath, [PEER], { stdin: true, ownStdout: true })
    const peer = new HomePeer(child)
    this.#peers.push(peer)
    return peer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map(peer => peer.process.stop()))
    await this.#router?.stop()
    for (const place of Object.keys(PLACES) as Place[]) {
      try {
        ip('netns', 'del', this.#name(place))
      } catch {}
    }
  }

  #name(place: Place): string {
    return `${this.#id}-${place}`
  }

  #cable(place: Place, device: string, other: Place, otherDevice: string): void {
    const far = ['peer', 'name', otherDevice, 'netns', this.#name(other)]
    ip('link', 'add', device, 'netns', this.#name(place), 'type', 'veth', ...far)
    this.run(place, 'ip', 'link', 'set', device, 'up')
    this.run(other, 'ip', 'link', 'set', otherDevice, 'up')
  }

  #address(place: Place, device: string, ...addresses: string[]): void {
    for (const address of addresses) {
      const how = address.includes(':') ? ['nodad'] : []
      this.run(place, 'ip', 'addr', 'add', address, 'dev', device, ...how)
    }
  }

  #firewall(rules: string): void {
    execFileSync(toolPath('ip'), ['netns', 'exec', this.#name('router'), toolPath('nft'), '-f', '-'], {
      input: rules,
    })
  }
}

/** A session in another process. */
export class HomePeer {
  readonly process: ManagedProcess
  readonly #lines: JsonLines

  constructor(child: ManagedProcess) {
    this.process = child
    this.#lines = new JsonLines(child)
  }

  call<K extends keyof PeerOperations>(
    operation: K,
    args: Parameters<PeerOperations[K]>[0],
  ): Promise<Awaited<ReturnType<PeerOperations[K]>>> {
    return this.#lines.call(operation, args)
  }
}

function ip(...args: string[]): void {
  execFileSync(toolPath('ip'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
}
