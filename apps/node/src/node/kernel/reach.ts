/** Determines who can use the node's links, and which address they start with. */
import type { PeerReach, Reach as ReachAnswer, ReachTest, Settings } from '@shoal/api'
import { type Audience, audienceOf } from '@shoal/links'
import { Slot } from './slot.ts'

export interface ReachFacts {
  /** The address in the settings. */
  readonly publicUrl: string | null
  /** Whether the server accepts connections from other machines. */
  readonly isOpen: boolean
  /** Whether host names of a reverse proxy are allowed. */
  readonly hasProxy: boolean
  /**
   * Addresses in local networks where the server listens because its owner opened it, best first.
   */
  readonly addresses: readonly string[]
  readonly tests: readonly ReachTest[]
}

export type ReachDecision = Pick<ReachAnswer, 'address' | 'audience' | 'problem'>

/**
 * A link never starts with an address known to be unreachable. A test from this machine says little
 * about a public address, since many routers lack hairpinning.
 */
export function decideReach({ publicUrl, isOpen, hasProxy, addresses, tests }: ReachFacts): ReachDecision {
  const testOf = (address: string) => tests.find(test => test.address === address)
  let problem: ReachDecision['problem'] = null
  if (publicUrl !== null) {
    const audience = audienceOf(publicUrl)
    const { here, outside } = testOf(publicUrl) ?? {}
    const isProven = here === true || outside === true
    if (!isOpen && !hasProxy && !isProven) problem = 'listens-here-only'
    else if (outside === false || (audience === 'network' && here === false)) problem = 'unreachable'
    if (audience === 'machine') return { address: publicUrl, audience, problem: null }
    if (problem === null)
      return { address: publicUrl, audience, problem: isProven || audience === 'network' ? null : 'untested' }
  }
  const [own] = addresses
  if (own === undefined) return { address: null, audience: 'machine', problem }
  const audience: Audience = testOf(own)?.outside === true ? 'everyone' : 'network'
  return { address: own, audience, problem }
}

/** The decision for a running node. */
export class Reach {
  readonly #settings: { readonly current: Settings }
  /** Where the server can be reached. While that is unknown, the public address is trusted. */
  readonly facts = new Slot<Omit<ReachFacts, 'publicUrl'> | null>(null)
  /** Returns the names by which pages reach this node over libp2p, without a tracker. */
  readonly pagePeers = new Slot<() => readonly string[]>(() => [])
  /**
   * Returns the port of the Shoal network, and whether others can connect to it. Null while it is
   * off.
   */
  readonly shoalNetwork = new Slot<() => PeerReach['network']>(() => null)

  constructor(settings: { readonly current: Settings }) {
    this.#settings = settings
  }

  get now(): ReachDecision {
    const { publicUrl } = this.#settings.current.network
    if (this.facts.value) return decideReach({ ...this.facts.value, publicUrl })
    return { address: publicUrl, audience: audienceOf(publicUrl ?? ''), problem: null }
  }

  /** The network settings for links, with a working address in place of the public one. */
  get network(): Settings['network'] & { readonly pagePeers: readonly string[] } {
    return {
      ...this.#settings.current.network,
      publicUrl: this.now.address,
      pagePeers: this.pagePeers.value(),
    }
  }
}
