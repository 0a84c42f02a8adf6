/** Events of the topic `torrent:ID`: once a second, and only what has changed. */
import type { NodeEvent, Peer, PieceMap, SourceShare } from '@shoal/api'
import type { TorrentState } from '@shoal/torrent'
import { type PeerFacts, peerView } from '../peers/peer-view.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import { trackersView } from './view.ts'

type TorrentEvent = Extract<NodeEvent, { type: 'torrent' }>

/** The piece map is the largest part of an event. */
const TICKS_A_PIECE_MAP = 2

export class TorrentTopic {
  readonly #torrent: ManagedTorrent
  readonly #facts: PeerFacts
  readonly #last = new Map<string, string>()
  readonly #files = new Map<number, string>()
  #state: TorrentState
  #ticks = 0

  constructor(torrent: ManagedTorrent, facts: PeerFacts) {
    this.#torrent = torrent
    this.#facts = facts
    this.#state = torrent.state
    // Starts from the current state, which clients have read before they subscribe.
    for (const file of torrent.api.files) this.#files.set(file.index, `${file.haveBytes} ${file.priority}`)
  }

  /** Null if nothing has changed. */
  tick(): TorrentEvent | null {
    const { api, id } = this.#torrent
    const event: TorrentEvent = { type: 'torrent', id }
    const peers = toPeers(this.#torrent, this.#facts)
    if (this.#isNew('peers', peers)) event.peers = peers
    const sources = toSources(this.#torrent)
    if (this.#isNew('sources', sources)) event.sources = sources
    const trackers = trackersView(api)
    if (this.#isNew('trackers', trackers)) event.trackers = trackers
    if (this.#isPieceTurn()) {
      const pieces = toPieceMap(this.#torrent)
      if (this.#isNew('pieces', pieces)) event.pieces = pieces
    }
    const files = this.#changedFiles()
    if (files.length > 0) event.files = files
    const { sources: changed } = event
    return event.peers || changed || event.trackers || event.pieces || event.files ? event : null
  }

  /** Also when the state changes: a complete download shows all its pieces immediately. */
  #isPieceTurn(): boolean {
    const { state } = this.#torrent
    const isOther = state !== this.#state
    this.#state = state
    return this.#ticks++ % TICKS_A_PIECE_MAP === 0 || isOther
  }

  #isNew(name: string, value: unknown): boolean {
    const text = JSON.stringify(value)
    if (this.#last.get(name) === text) return false
    this.#last.set(name, text)
    return true
  }

  #changedFiles(): NonNullable<TorrentEvent['files']> {
    const changed = []
    for (const { index, haveBytes, priority } of this.#torrent.api.files) {
      const text = `${haveBytes} ${priority}`
      if (this.#files.get(index) === text) continue
      this.#files.set(index, text)
      changed.push({ index, haveBytes, priority })
    }
    return changed
  }
}

export function toPeers({ api }: ManagedTorrent, facts: PeerFacts): Peer[] {
  return api.peers().map(peer => peerView(peer, facts))
}

export function toSources({ api, sources }: ManagedTorrent): SourceShare[] {
  return sources.shares(api.peers(), api.files, Date.now())
}

export function toPieceMap({ api }: ManagedTorrent): PieceMap {
  const { count, pieceLengthBytes, have, availability } = api.pieces()
  return {
    count,
    pieceLengthBytes,
    have: Buffer.from(have).toString('base64'),
    availability: Buffer.from(availability).toString('base64'),
  }
}
