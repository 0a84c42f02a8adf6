/** Whom the node's links work for, and which address they begin with. */
import type { PeerReach, Reach as ReachAnswer, ReachTest, Settings } from '@shoal/api'
import { type Audience, audienceOf } from '@shoal/links'
import { Slot } from './slot.ts'

export interface ReachFacts {
  /** The address in the settings. */
  readonly publicUrl: string | null
  /** Whether the server accepts connections from other machines. */
  readonly isOpen: boolean
  /** Whether names of a proxy in front are allowed. */
  readonly hasProxy: boolean
  /** Addresses in the machine's networks where the server listens because its owner let others in, best first. */
  readonly addresses: readonly string[]
  readonly tests: readonly ReachTest[]
}

export type ReachDecision = Pick<ReachAnswer, 'address' | 'audience' | 'problem'>

/**
 * A link never begins with an address that is known to lead nowhere. A test from this machine says little about an address of the internet, since
 * many routers do not send requests from inside back.
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
  /** Returns the names of this node by which pages reach it over libp2p, without a tracker. */
  readonly pagePeers = new Slot<() => readonly string[]>(() => [])
  /** Returns the port of the Shoal network, and whether others can connect there. Null while it is off. */
  readonly shoalNetwork = new Slot<() => PeerReach['network']>(() => null)

  constructor(settings: { readonly current: Settings }) {
    this.#settings = settings
  }

  get now(): ReachDecision {
    const { publicUrl } = this.#settings.current.network
    if (this.facts.value) return decideReach({ ...this.facts.value, publicUrl })
    return { address: publicUrl, audience: audienceOf(publicUrl ?? ''), problem: null }
  }

  /** The network settings for links: with the address that works instead of the public one. */
  get network(): Settings['network'] & { readonly pagePeers: readonly string[] } {
    return {
      ...this.#settings.current.network,
      publicUrl: this.now.address,
      pagePeers: this.pagePeers.value(),
    }
  }
}
