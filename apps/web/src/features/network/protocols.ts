/** Protocols that have a name on the screen, in display order. */
const PROTOCOLS = {
  dht: /^\/shoal\/kad\//,
  index: /^\/shoal\/index\//,
  transfers: /^\/shoal\/bittorrent\//,
  webrtc: /^\/shoal\/webrtc\//,
  relay: /^\/libp2p\/circuit\/relay\/[^/]+\/hop$/,
} as const

export type Spoken = keyof typeof PROTOCOLS

/** Protocols that every libp2p node speaks, and parts of those above. */
const USUAL =
  /^\/(?:ipfs\/(?:id|ping)|libp2p\/(?:autonat|circuit\/relay\/[^/]+\/stop|dcutr)|shoal\/bittorrent-port|webrtc-signaling)(?:\/|$)/

/** Splits the protocols of a node into those with a name on the screen and the number of others. */
export function spokenProtocols(protocols: readonly string[]): { known: Spoken[]; others: number } {
  const names = Object.keys(PROTOCOLS) as Spoken[]
  const patterns = Object.values(PROTOCOLS)
  return {
    known: names.filter(name => protocols.some(each => PROTOCOLS[name].test(each))),
    others: protocols.filter(each => !USUAL.test(each) && !patterns.some(pattern => pattern.test(each)))
      .length,
  }
}
