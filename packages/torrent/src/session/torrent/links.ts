import { SEED_SCHEMES } from '#seed-ranges'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { limited } from '../../base/limited.ts'
import { trackerLabel } from '../../discovery/tracker/label.ts'
import { trackerUrl } from '../../metainfo/tracker-url.ts'
import type { SessionContext } from '../context.ts'
import type { TorrentNetwork } from './network.ts'
import { mergeOrigins, mergePeers, type NamedPeer, type TorrentOrigin } from './origin.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Maximum number of trackers that a user may set for a torrent, and of characters of a URL: the
 * limits of tracker discovery.
 */
const MAX_TRACKERS = 100
const MAX_URL = 2048
const TRACKER_SCHEMES = ['http:', 'https:', 'udp:', 'ws:', 'wss:']
const MAX_WEB_SEEDS = 1000

/** Time limit for resolving the host name of a peer that a user named. */
const RESOLVE_LIMIT_MS = 10_000
/** Maximum number of addresses tried for one host name. */
const MAX_ADDRESSES_PER_NAME = 4

export interface LinksOptions {
  readonly context: SessionContext
  readonly data: TorrentData
  readonly network: TorrentNetwork
  readonly log: (line: string) => void
}

/**
 * Changes the trackers, web seeds and peers that a torrent was given, and applies the changes. The
 * caller records them.
 */
export class Links {
  readonly #options: LinksOptions

  constructor(options: LinksOptions) {
    this.#options = options
  }

  /**
   * Adds the trackers and web seeds of the same torrent from another source. Returns whether any
   * were new.
   */
  merge(more: TorrentOrigin): boolean {
    const { data, network } = this.#options
    const merged = data.isPrivate || data.lifecycle.isClosed ? null : mergeOrigins(data.origin, more)
    if (!merged) return false
    data.origin = merged
    network.announcements.trackersChanged()
    network.running?.webSeeds.use(merged.webSeeds)
    return true
  }

  /** Throws `bad-argument` for anything but URLs of trackers. */
  setTrackers(tiers: readonly (readonly string[])[]): void {
    const { data, network } = this.#options
    data.origin = { ...data.origin, trackers: checkedTiers(tiers), ownTrackers: true }
    network.announcements.trackersChanged()
  }

  /** Returns whether it is new. Throws `bad-argument` if its scheme is none of SEED_SCHEMES. */
  addWebSeed(text: string): boolean {
    const { webSeeds } = this.#options.data.origin
    const url = checkedWebSeed(text)
    if (webSeeds.includes(url)) return false
    if (webSeeds.length >= MAX_WEB_SEEDS)
      throw new ShoalError(
        'bad-argument',
        `a torrent has ${MAX_WEB_SEEDS} web seeds at most: remove one first`,
      )
    this.#setWebSeeds([...webSeeds, url])
    return true
  }

  /** Returns whether it existed. */
  removeWebSeed(url: string): boolean {
    const { webSeeds } = this.#options.data.origin
    if (!webSeeds.includes(url)) return false
    this.#setWebSeeds(webSeeds.filter(each => each !== url))
    return true
  }

  /** Connects to the peers that the torrent was given. */
  connectPeers(peers = this.#options.data.origin.peers): void {
    for (const peer of peers) this.#connect(peer)
  }

  /**
   * Remembers peers, which are then tried at each start. Returns whether the list was not empty.
   */
  keepPeers(peers: readonly NamedPeer[]): boolean {
    const { data } = this.#options
    if (peers.length === 0 || data.lifecycle.isClosed) return false
    data.origin = { ...data.origin, peers: mergePeers(data.origin.peers, peers) }
    return true
  }

  #setWebSeeds(webSeeds: readonly string[]): void {
    const { data, network } = this.#options
    data.origin = { ...data.origin, webSeeds, ownWebSeeds: true }
    network.running?.webSeeds.use(webSeeds)
    network.swarm?.sources.fill()
  }

  /** Resolves the peer's name and connects to it. */
  #connect({ host, port }: NamedPeer): void {
    const { context, network, log } = this.#options
    if (host[0] === '/') return void network.addAddresses([{ host, port, kind: 'libp2p' }], 'manual')
    const limit = limited(context.clock, RESOLVE_LIMIT_MS)
    context
      .resolve(host, limit.signal)
      .then(
        hosts => {
          const addresses = hosts.slice(0, MAX_ADDRESSES_PER_NAME).map(address => ({ host: address, port }))
          network.addAddresses(addresses, 'manual')
        },
        error => log(`${host}: ${messageOf(error)}`),
      )
      .finally(() => limit.end())
  }
}

/**
 * Checks tiers from a user, and drops repeated URLs and empty tiers. Throws `bad-argument` for
 * anything but tracker URLs.
 */
export function checkedTiers(tiers: readonly (readonly string[])[]): string[][] {
  const seen = new Set<string>()
  let number = 0
  const checked = tiers.map(urls =>
    urls
      .map(url => checkedTracker(url, ++number))
      .filter(url => !seen.has(url) && seen.add(url) !== undefined),
  )
  if (seen.size > MAX_TRACKERS)
    throw new ShoalError('bad-argument', `${seen.size} trackers are too many: give ${MAX_TRACKERS} at most`)
  return checked.filter(urls => urls.length > 0)
}

/**
 * Checks the URL of a web seed from a user, `number` in a list. Throws `bad-argument` if its
 * scheme is not in SEED_SCHEMES.
 */
export function checkedWebSeed(text: string, number?: number): string {
  const url = text.trim()
  if (isUrl(url, SEED_SCHEMES)) return url
  const which = number === undefined ? '' : `web seed ${number}: `
  const schemes = SEED_SCHEMES.map(scheme => scheme.slice(0, -1)).join(', ')
  throw new ShoalError('bad-argument', `${which}${shown(url)} is not a web seed: give a URL with ${schemes}`)
}

/**
 * Checks the URL of a tracker from a user, `number` in a list. Throws `bad-argument` for anything
 * else.
 */
export function checkedTracker(text: string, number?: number): string {
  const url = text.trim()
  if (trackerUrl(url) !== null && isUrl(url, TRACKER_SCHEMES)) return url
  const which = number === undefined ? '' : `tracker ${number}: `
  throw new ShoalError(
    'bad-argument',
    `${which}${shown(url)} is not a tracker: give an http, https, udp, ws or wss URL`,
  )
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  if (text.length > MAX_URL || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return schemes.includes(protocol) && hostname !== ''
}

/** Returns a form that is safe to log: the URL of a private tracker is a password. */
function shown(url: string): string {
  // For other text the beginning is enough to identify it: the rest may be a passkey after a
  // mistyped scheme.
  if (!URL.canParse(url)) return JSON.stringify(url.length > 20 ? `${url.slice(0, 20)}…` : url)
  return trackerLabel(url).slice(0, 100)
}
