import { networkInterfaces } from 'node:os'
import type { Clock } from '../../base/clock.ts'
import { canonicalIp } from '../../base/ip.ts'
import type { IpFamily } from '../datagram.ts'
import type { RouteHealth } from '../route.ts'
import type { Libc } from './libc.node.ts'

const LOOK_MS = 1000

/** An interface that is up and has an address. */
export interface Place {
  readonly name: string
  /** Linux's index: an interface that disappeared and returned has another. */
  readonly index: number
  /** Families of its addresses that others can reach, excluding link-local ones. */
  readonly families: readonly IpFamily[]
}

/** Monitors one network interface, which may disappear and return. */
export class InterfaceWatch implements RouteHealth {
  current: Place | null = null
  /** Called after `current` became null, or a different interface than before. */
  onMove: () => void = () => {}
  readonly #wanted: string
  readonly #host: string | null
  readonly #clock: Clock
  readonly #libc: Libc
  readonly #callbacks = new Set<() => void>()
  #identity = ''
  #cancel = () => {}

  /** `wanted`: the name of an interface, or one of its addresses. */
  constructor(wanted: string, clock: Clock, libc: Libc) {
    this.#wanted = wanted
    this.#host = canonicalIp(wanted)
    this.#clock = clock
    this.#libc = libc
    this.#look()
  }

  /** The only address to use; undefined for all of the interface. */
  get host(): string | undefined {
    return this.#host ?? undefined
  }

  get problem(): string | null {
    if (this.current) return null
    return this.#host === null
      ? `the network interface ${this.#wanted} is missing, down or without an address: nothing is transferred until it is back`
      : `no network interface has the address ${this.#host}: nothing is transferred until one has it`
  }

  onChange(callback: () => void): () => void {
    this.#callbacks.add(callback)
    return () => this.#callbacks.delete(callback)
  }

  close(): void {
    this.#cancel()
    this.#callbacks.clear()
    this.onMove = () => {}
  }

  #look(): void {
    const [place, identity] = this.#find()
    const before = this.current
    const hasMoved = identity !== this.#identity
    this.current = place
    this.#identity = identity
    this.#cancel = this.#clock.after(LOOK_MS, () => this.#look())
    if (!hasMoved) return
    this.onMove()
    if ((before === null) !== (place === null)) for (const callback of [...this.#callbacks]) callback()
  }

  /** IPv6 addresses change (RFC 8981), so only IPv4 addresses distinguish networks. */
  #find(): [place: Place | null, identity: string] {
    for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
      const hosts = addresses.map(({ address }) => canonicalIp(address.replace(/%.*/, '')))
      if (this.#host === null ? name !== this.#wanted : !hosts.includes(this.#host)) continue
      const index = this.#libc.interfaceIndex(name)
      if (index === 0) continue
      const usable = hosts.filter(host => host !== null && !/^fe[89ab]/.test(host)) as string[]
      const families = ([4, 6] as const).filter(family =>
        usable.some(host => host.includes(':') === (family === 6)),
      )
      if (families.length === 0) continue
      const only =
        this.#host === null ? families : families.filter(each => (each === 6) === this.#host!.includes(':'))
      const ipv4 = usable.filter(host => !host.includes(':'))
      return [{ name, index, families: only }, [name, index, ...ipv4].join(' ')]
    }
    return [null, '']
  }
}
