import type { Peer, Torrent } from '@shoal/api'
import { locale } from '../../../../shared/messages/language.ts'

export type PeerFlag = 'D' | 'd' | 'U' | 'u' | 'S' | 'I' | 'E' | 'h' | 'K' | 'F'
export const PEER_FLAGS: readonly PeerFlag[] = ['D', 'd', 'U', 'u', 'S', 'I', 'E', 'h', 'K', 'F']

/** Returns the state of a connection as letters, as in other clients. */
export function listFlags(peer: Peer): PeerFlag[] {
  const flags: PeerFlag[] = []
  if (peer.amInterested) flags.push(peer.peerChoking ? 'd' : 'D')
  if (peer.peerInterested) flags.push(peer.amChoking ? 'u' : 'U')
  if (peer.snubbed) flags.push('S')
  if (peer.incoming) flags.push('I')
  if (peer.encrypted) flags.push('E')
  if (peer.holePunched) flags.push('h')
  if (peer.networkKey !== null) flags.push('K')
  if (peer.hasFastLane) flags.push('F')
  return flags
}

export const PEER_COLUMNS = [
  'peer',
  'kind',
  'flags',
  'progress',
  'down',
  'up',
  'downloaded',
  'uploaded',
] as const
export type PeerColumn = (typeof PEER_COLUMNS)[number]

export interface PeerSort {
  readonly column: PeerColumn
  readonly descending: boolean
}

const KEYS: Record<PeerColumn, (peer: Peer) => string | number> = {
  peer: peer => peer.address,
  kind: peer => peer.kind,
  flags: peer => listFlags(peer).join(''),
  progress: peer => peer.progress,
  down: peer => peer.downloadBytesPerSecond,
  up: peer => peer.uploadBytesPerSecond,
  downloaded: peer => peer.downloadedBytes,
  uploaded: peer => peer.uploadedBytes,
}
const byText = new Intl.Collator(locale, { numeric: true })

/** Sorts peers. Equal ones are sorted by address, so that rows do not jump. */
export function sortPeers(peers: readonly Peer[], { column, descending }: PeerSort): Peer[] {
  const key = KEYS[column]
  const sign = descending ? -1 : 1
  return [...peers].sort((a, b) => {
    const [left, right] = [key(a), key(b)]
    const order = typeof left === 'number' ? left - (right as number) : byText.compare(left, right as string)
    return order * sign || byText.compare(a.address, b.address)
  })
}

const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' })
/** Returns the name of a country: `Germany` for `DE`. */
export function countryName(country: string): string {
  return /^[A-Z]{2}$/.test(country) ? (names.of(country) ?? country) : country
}

/** Returns the text that says why a torrent has no peers, and how to get some. */
export function noPeersText(
  { state, private: isPrivate, trackerHosts, trackersFail }: Torrent,
  isDhtOff: boolean,
) {
  if (state === 'paused' || state === 'complete') return 'nonePaused'
  if (state === 'seeding') return 'noneComplete'
  if (state !== 'downloading' && state !== 'metadata') return 'noneResting'
  if (trackersFail) return 'noneFailing'
  if (isPrivate) return trackerHosts.length === 0 ? 'nonePrivateNoTrackers' : 'nonePrivate'
  if (trackerHosts.length === 0) return isDhtOff ? 'noneNoTrackersNoDht' : 'noneNoTrackers'
  return isDhtOff ? 'noneLookingNoDht' : 'noneLooking'
}
