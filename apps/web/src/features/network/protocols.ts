/** Protocols that the screen has words for, in the order in which it shows them. */
const PROTOCOLS = {
  dht: /^\/shoal\/kad\//,
  index: /^\/shoal\/index\//,
  transfers: /^\/shoal\/bittorrent\//,
  webrtc: /^\/shoal\/webrtc\//,
  relay: /^\/libp2p\/circuit\/relay\/[^/]+\/hop$/,
} as const

export type Spoken = keyof typeof PROTOCOLS

/** Protocols that every node of libp2p has, and parts of those above. */
const USUAL =
  /^\/(?:ipfs\/(?:id|ping)|libp2p\/(?:autonat|circuit\/relay\/[^/]+\/stop|dcutr)|shoal\/bittorrent-port|webrtc-signaling)(?:\/|$)/

/** Splits the protocols of a node into those that have a name on the screen and the number of all others. */
export function spokenProtocols(protocols: readonly string[]): { known: Spoken[]; others: number } {
  const names = Object.keys(PROTOCOLS) as Spoken[]
  const patterns = Object.values(PROTOCOLS)
  return {
    known: names.filter(name => protocols.some(each => PROTOCOLS[name].test(each))),
    others: protocols.filter(each => !USUAL.test(each) && !patterns.some(pattern => pattern.test(each)))
      .length,
  }
}
