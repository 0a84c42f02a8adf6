import type { Database, Query } from '@shoal/daemon/database'

/**
 * The record of a peer over all torrents and runs. A peer is a host with a client, since ports
 * change with each connection.
 */
export interface PeerRecord {
  readonly host: string
  readonly client: string
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Wasted bytes that it sent: blocks of failed pieces, and duplicates. */
  readonly wastedBytes: number
  readonly connections: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** See `peerScore`. */
  readonly score: number
}

export type PeerTraffic = Pick<
  PeerRecord,
  'host' | 'client' | 'downloadedBytes' | 'uploadedBytes' | 'wastedBytes'
>

/** Maximum number of peers; the least recently seen are deleted first. */
const MAX_PEERS = 50_000
/** Peers beyond the maximum before some are deleted. */
const SLACK = 500
/** Longer client names are truncated. */
const MAX_NAME = 100
const MAX_HOST = 255
/** Traffic with the same weight as no knowledge: a few blocks say little about a peer. */
const UNKNOWN_BYTES = 16 << 20
/** A byte of a failed piece costs another download of the entire piece. */
const WASTE_WEIGHT = 8

/**
 * -1 to 1: the bytes that a peer uploaded to us in relation to those that it downloaded and wasted.
 * 0 for unknown peers.
 */
export function peerScore(
  peer: Pick<PeerTraffic, 'downloadedBytes' | 'uploadedBytes' | 'wastedBytes'>,
): number {
  const wasted = WASTE_WEIGHT * peer.wastedBytes
  const given = Math.max(0, peer.downloadedBytes - peer.wastedBytes)
  // Downloading is what peers are for, so it weighs little compared to uploading.
  const taken = peer.uploadedBytes / 4
  return (given - taken - wasted) / (given + taken + wasted + UNKNOWN_BYTES)
}

const COLUMNS = `host, client, downloaded_bytes AS downloadedBytes, uploaded_bytes AS uploadedBytes, wasted_bytes AS wastedBytes,
  connections, first_seen_ms AS firstSeenMs, last_seen_ms AS lastSeenMs`
type Row = Omit<PeerRecord, 'score'>

export class PeerStore {
  readonly #database: Database
  readonly #maxPeers: number
  readonly #add: Query<never>
  readonly #host: Query<Row>
  readonly #recent: Query<Row>
  readonly #count: Query<{ readonly count: number }>
  readonly #deleteOldest: Query<never>
  /** Null if not counted yet. */
  #peers: number | null = null

  constructor(database: Database, maxPeers = MAX_PEERS) {
    this.#database = database
    this.#maxPeers = maxPeers
    this.#add = database.prepare(`
      INSERT INTO peers (host, client, downloaded_bytes, uploaded_bytes, wasted_bytes, connections, first_seen_ms, last_seen_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        downloaded_bytes = downloaded_bytes + excluded.downloaded_bytes,
        uploaded_bytes = uploaded_bytes + excluded.uploaded_bytes,
        wasted_bytes = wasted_bytes + excluded.wasted_bytes,
        connections = connections + excluded.connections,
        last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`)
    this.#host = database.prepare(`SELECT ${COLUMNS} FROM peers WHERE host = ? ORDER BY last_seen_ms DESC`)
    this.#recent = database.prepare(
      `SELECT ${COLUMNS} FROM peers WHERE last_seen_ms <= ? ORDER BY last_seen_ms DESC, id LIMIT ? OFFSET ?`,
    )
    this.#count = database.prepare('SELECT count(*) AS count FROM peers')
    this.#deleteOldest = database.prepare(
      'DELETE FROM peers WHERE id IN (SELECT id FROM peers ORDER BY last_seen_ms LIMIT ?)',
    )
  }

  /**
   * Adds the traffic with peers since the last call, and their new `connections`, in one
   * transaction.
   */
  add(nowMs: number, traffic: Iterable<PeerTraffic & { readonly connections: number }>): void {
    this.#database.transaction(() => {
      for (const peer of traffic) this.#addOne(nowMs, peer)
      this.#bound()
    })
  }

  /** All clients of a host, last seen first. */
  ofHost(host: string): PeerRecord[] {
    return this.#host.all(host).map(scored)
  }

  /** Last seen first. `limit` at most 1000. */
  recent(limit: number, offset = 0): PeerRecord[] {
    return this.#recent.all(Number.MAX_SAFE_INTEGER, Math.min(limit, 1000), offset).map(scored)
  }

  /** The number of stored peers. */
  count(): number {
    return this.#count.get()!.count
  }

  #addOne(nowMs: number, peer: PeerTraffic & { readonly connections: number }): void {
    const { downloadedBytes, uploadedBytes, wastedBytes, connections } = peer
    const counts = [downloadedBytes, uploadedBytes, wastedBytes, connections].map(Math.round)
    const now = Math.floor(nowMs)
    this.#add.run(peer.host.slice(0, MAX_HOST), peer.client.slice(0, MAX_NAME), ...counts, now, now)
    // Most are new; known ones are counted correctly the next time that old ones are deleted.
    if (this.#peers !== null) this.#peers++
  }

  #bound(): void {
    this.#peers ??= this.count()
    if (this.#peers <= this.#maxPeers + SLACK) return
    this.#peers = this.count()
    if (this.#peers <= this.#maxPeers) return
    this.#deleteOldest.run(this.#peers - this.#maxPeers)
    this.#peers = this.#maxPeers
  }
}

function scored(row: Row): PeerRecord {
  return { ...row, score: peerScore(row) }
}
