import type { ReachTest } from '@shoal/api'
import type { ReachCalls } from './calls.ts'
import { urlOf } from './network-addresses.ts'

const MOST_TESTS = 20
const MOST_HUBS = 5

export interface TestedAddresses {
  readonly publicUrl: string | null
  /** Addresses of this machine where the server listens. */
  readonly own: readonly string[]
  readonly port: number
  /** Some of them could be hubs, which test from outside. */
  readonly trackers: readonly string[]
}

/** Tests whether addresses lead to this node, and remembers the results. */
export class AddressTests {
  readonly #calls: ReachCalls
  readonly #results = new Map<string, ReachTest>()

  constructor(calls: ReachCalls) {
    this.#calls = calls
  }

  get results(): ReachTest[] {
    return [...this.#results.values()]
  }

  clear(): void {
    this.#results.clear()
  }

  async testAll({ publicUrl, own, port, trackers }: TestedAddresses): Promise<void> {
    const tested = [...(publicUrl === null ? [] : [publicUrl]), ...own.map(address => urlOf(address, port))]
    this.clear()
    await Promise.all([...new Set(tested)].map(address => this.#testHere(address, port)))
    const publicPort = publicUrl?.startsWith('http:') ? Number(URL.parse(publicUrl)?.port || 80) : port
    for (const hub of trackers.filter(url => /^(?:http|ws)s?:/i.test(url)).slice(0, MOST_HUBS)) {
      const outside = await this.#calls.fromHub(hub, publicPort)
      if (outside === null) continue
      const isPublic = publicUrl !== null && (await this.#calls.leadsTo(publicUrl, outside.address))
      const meant = isPublic ? publicUrl : urlOf(outside.address, publicPort)
      this.#note(meant, { outside: outside.reached })
      return
    }
  }

  /**
   * Tests an address without a result yet, from this machine only. Resolves with false if it has
   * one.
   */
  async testNew(address: string, port: number): Promise<boolean> {
    if (this.#results.has(address)) return false
    await this.#testHere(address, port)
    return true
  }

  async #testHere(address: string, port: number): Promise<void> {
    this.#note(address, { here: await this.#calls.fromHere(address, port) })
  }

  #note(address: string, found: Partial<Pick<ReachTest, 'here' | 'outside'>>): void {
    const before = this.#results.get(address) ?? { here: null, outside: null }
    this.#results.set(address, { ...before, ...found, address, atMs: Date.now() })
    if (this.#results.size > MOST_TESTS) this.#results.delete(this.#results.keys().next().value!)
  }
}
