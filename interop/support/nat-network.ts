/**
 * Two homes, each a machine behind a router with NAT (masquerade of nftables) that admits no
 * connections, and three machines on the internet, all in different networks, each a network
 * namespace. All addresses are public ones or those of a home, but nothing leaves the namespaces.
 * Requires root.
 */
import { execFileSync } from 'node:child_process'
import { missing, toolPath } from './tools.ts'

/** Why no such network can be created, or null. */
export const cannotCreateNats =
  process.getuid?.() === 0 ? missing('ip', 'nft') : 'creating a network requires root'

/**
 * Public addresses, in four /8 networks: of machines on the internet, and of the routers of `left`
 * and `right`.
 */
export const PUBLIC = {
  middle: '45.67.89.1',
  left: '91.12.13.14',
  right: '151.20.21.22',
  north: '188.40.41.42',
  south: '45.123.7.8',
} as const
export type NatPlace = keyof typeof PUBLIC

/** Silently drops unsolicited packets. */
const RULES = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
  }
  chain input {
    type filter hook input priority 0; policy accept;
    iifname "wan" ct state new drop
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    oifname "wan" masquerade
  }
}
`

let networks = 0

export class NatNetwork implements Disposable {
  readonly #id = `shoal-nat-${process.pid}-${++networks}`
  readonly #names: string[] = []

  constructor() {
    try {
      this.#build()
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  #build(): void {
    this.#add('internet')
    this.run('internet', 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
    this.run('internet', 'ip', 'link', 'set', 'bridge', 'up')
    for (const machine of ['middle', 'north', 'south'] as const) {
      this.#add(machine)
      this.#join(machine, 'eth', PUBLIC[machine])
    }
    for (const home of ['left', 'right'] as const) {
      const router = `${home}-router`
      this.#add(router)
      this.#join(router, 'wan', PUBLIC[home])
      this.#add(home)
      this.#cable(router, 'lan', home, 'eth')
      this.run(router, 'ip', 'addr', 'add', '192.168.1.1/24', 'dev', 'lan')
      this.run(home, 'ip', 'addr', 'add', '192.168.1.2/24', 'dev', 'eth')
      this.run(home, 'ip', 'route', 'add', 'default', 'via', '192.168.1.1')
      this.run(router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
      const nft = [...this.within(router), toolPath('nft'), '-f', '-']
      execFileSync(nft[0]!, nft.slice(1), { input: RULES })
    }
  }

  /** Returns the command that runs a program in a place. */
  within(place: string): string[] {
    return [toolPath('ip'), 'netns', 'exec', this.#nameOf(place)]
  }

  /** Changes the address of a machine on the internet, as if it had moved. */
  move(machine: 'north' | 'south', address: string): void {
    this.run(machine, 'ip', 'addr', 'flush', 'dev', 'eth')
    this.run(machine, 'ip', 'addr', 'add', `${address}/32`, 'dev', 'eth')
    this.run(machine, 'ip', 'route', 'replace', 'default', 'dev', 'eth')
  }

  /** Runs a program to completion and returns its output. */
  run(place: string, program: string, ...args: string[]): string {
    const [first, ...rest] = [...this.within(place), program, ...args]
    return execFileSync(first!, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Returns the bytes received and sent by the machine in the middle. */
  bytesOfMiddle(): number {
    const [device] = JSON.parse(this.run('middle', 'ip', '-j', '-s', 'link', 'show', 'eth')) as [
      { stats64: { rx: { bytes: number }; tx: { bytes: number } } },
    ]
    return device.stats64.rx.bytes + device.stats64.tx.bytes
  }

  [Symbol.dispose](): void {
    for (const name of this.#names) {
      try {
        ip('netns', 'del', name)
      } catch {}
    }
  }

  #nameOf(place: string): string {
    return `${this.#id}-${place}`
  }

  #add(place: string): void {
    ip('netns', 'add', this.#nameOf(place))
    this.#names.push(this.#nameOf(place))
    this.run(place, 'ip', 'link', 'set', 'lo', 'up')
  }

  #cable(place: string, device: string, other: string, otherDevice: string): void {
    const far = ['peer', 'name', otherDevice, 'netns', this.#nameOf(other)]
    ip('link', 'add', device, 'netns', this.#nameOf(place), 'type', 'veth', ...far)
    this.run(place, 'ip', 'link', 'set', device, 'up')
    this.run(other, 'ip', 'link', 'set', otherDevice, 'up')
  }

  /** Connects a place to the internet. */
  #join(place: string, device: string, address: string): void {
    this.#cable(place, device, 'internet', place)
    this.run('internet', 'ip', 'link', 'set', place, 'master', 'bridge')
    // One bridge, on which every machine answers for its address, is enough of an internet.
    this.run(place, 'ip', 'addr', 'add', `${address}/32`, 'dev', device)
    this.run(place, 'ip', 'route', 'add', 'default', 'dev', device)
  }
}

function ip(...args: string[]): void {
  execFileSync(toolPath('ip'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
}
