import type { PeerReach, PeerReachReason } from './schemas/peer-reach.ts'

type Text<Name extends string> = (args: Readonly<Record<Name, string>>) => string

/** The texts of `peer-reach-texts` in the catalog of an interface. */
export interface ReachTexts {
  readonly reasons: Readonly<Record<PeerReachReason, string>>
  readonly advice: Readonly<Partial<Record<PeerReachReason, Text<'port' | 'ports' | 'address'>>>>
  readonly ports: { readonly one: Text<'peers'>; readonly two: Text<'peers' | 'network'> }
  readonly network: Readonly<Record<'reachable' | 'unconfirmed' | 'advice', Text<'port'>>>
}

/**
 * Returns sentences for every interface on whether others can connect to the node's ports, for
 * torrents and for the Shoal network, and the remedies if not.
 */
export function reachSentences(texts: ReachTexts, reach: PeerReach): string[] {
  const { reason, port, network } = reach
  const sentences = [texts.reasons[reason]]
  const of = network && { port: String(network.port) }
  if (of) sentences.push(network!.reachable ? texts.network.reachable(of) : texts.network.unconfirmed(of))
  const advice = texts.advice[reason]
  const isOpen = reason === 'connected' || reason === 'mapped'
  if (advice) {
    const peers = String(port)
    const ports =
      of && !network!.reachable ? texts.ports.two({ peers, network: of.port }) : texts.ports.one({ peers })
    sentences.push(advice({ port: peers, ports, address: reach.ipv4.address ?? '' }))
  } else if (of && !network!.reachable && isOpen) sentences.push(texts.network.advice(of))
  return sentences
}
