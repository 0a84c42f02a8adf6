/**
 * Counts the traffic of accounts' peers. A peer reports the total of its uploads and downloads
 * since it started; the difference to its previous report is counted. The reports are rows of the
 * database, so that a peer can announce to any process, and a restart loses nothing.
 */

import { checkDid } from '../accounts/account.ts'
import { bad, checkBytes, checkCount, checkInteger } from '../checks.ts'
import { type Database, each, type PerDatabase, type Steps, type Value } from '../database/database.ts'

/** Most reports per call. */
export const MAX_REPORTS = 1000
/**
 * Clients can claim anything. An account's traffic counts for at most 10 Gbit/s in each direction,
 * on average over two hours.
 */
export const MAX_BYTES_PER_MS = 1_250_000
export const BURST_MS = 2 * 3_600_000
/** Most peers of an account that are remembered, and most torrents with separate totals. */
const [MAX_ACCOUNT_PEERS, MAX_ACCOUNT_TORRENTS] = [20_000, 10_000] as const
const [HASH_BYTES, MAX_PEER_BYTES] = [20, 32] as const

export interface Traffic {
  readonly uploadedBytes: number
  readonly downloadedBytes: number
}

/** First and last announce of one peer since its previous report. */
export interface TrafficReport {
  readonly did: string
  /** The info hash, or the first 20 bytes of a v2 info hash. */
  readonly torrent: Uint8Array
  /** Identifies the peer within its torrent and account: 1 to 32 bytes, such as its peer ID. */
  readonly peer: Uint8Array
  readonly first: Traffic
  readonly last: Traffic
  /** Time of its last announce, in milliseconds since the Unix epoch. */
  readonly atMs: number
  /** Whether it has stopped. */
  readonly isGone: boolean
}

interface FoundRow {
  readonly place: number
  readonly account: number
  readonly spent_ms: number
  /** Null if the peer is not remembered. */
  readonly at_ms: number | null
  readonly uploaded: number | null
  readonly downloaded: number | null
  readonly is_listed: number
}

const FOUND = `tracker_keys.account AS account, spent_ms, known.at_ms AS at_ms, known.uploaded AS uploaded, known.downloaded AS downloaded`
const FIND: PerDatabase = {
  sqlite: `SELECT $1 AS place, ${FOUND},
      EXISTS (SELECT 1 FROM tracker_torrents WHERE account = accounts.number AND torrent = $3) AS is_listed
    FROM accounts JOIN tracker_keys ON tracker_keys.account = accounts.number
    LEFT JOIN tracker_peers AS known ON known.account = accounts.number AND known.torrent = $3 AND known.peer = $4
    WHERE did = $2`,
  postgres: `SELECT place, ${FOUND},
      EXISTS (SELECT 1 FROM tracker_torrents WHERE account = accounts.number AND torrent = given.torrent)::int AS is_listed
    FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) AS given (place, did, torrent, peer)
    JOIN accounts ON accounts.did = given.did JOIN tracker_keys ON tracker_keys.account = accounts.number
    LEFT JOIN tracker_peers AS known ON known.account = accounts.number AND known.torrent = given.torrent AND known.peer = given.peer`,
}
/**
 * Processes that count for the same accounts wait for each other, in an order that rules out
 * deadlocks. This is a separate statement, so that the next one sees the others' writes.
 */
const LOCK: PerDatabase = {
  sqlite: 'SELECT $1',
  postgres: `SELECT account FROM tracker_keys JOIN accounts ON accounts.number = account
    WHERE did IN (SELECT unnest($1::text[])) ORDER BY account FOR UPDATE OF tracker_keys`,
}
const ROWS_OF = (
  account: string,
) => `(SELECT count(*) FROM tracker_peers WHERE account = ${account}) AS peers,
  (SELECT count(*) FROM tracker_torrents WHERE account = ${account}) AS torrents`
const COUNT_ROWS: PerDatabase = {
  sqlite: `SELECT $1 AS account, ${ROWS_OF('$1')}`,
  postgres: `SELECT given AS account, ${ROWS_OF('given')} FROM unnest($1::bigint[]) AS given`,
}
const PEER = `INSERT INTO tracker_peers (account, torrent, peer, uploaded, downloaded, at_ms)`
const ON_PEER = `ON CONFLICT (account, torrent, peer)
    DO UPDATE SET uploaded = excluded.uploaded, downloaded = excluded.downloaded, at_ms = excluded.at_ms`
const KEEP_PEER: PerDatabase = {
  sqlite: `${PEER} VALUES ($1, $2, $3, $4, $5, $6) ${ON_PEER}`,
  postgres: `${PEER} SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[]) ${ON_PEER}`,
}
const DROP_PEER: PerDatabase = {
  sqlite: 'DELETE FROM tracker_peers WHERE account = $1 AND torrent = $2 AND peer = $3',
  postgres: `DELETE FROM tracker_peers USING unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS given (account, torrent, peer)
    WHERE tracker_peers.account = given.account AND tracker_peers.torrent = given.torrent AND tracker_peers.peer = given.peer`,
}
const TORRENT = 'INSERT INTO tracker_torrents (account, torrent, uploaded, downloaded)'
const ON_TORRENT = `ON CONFLICT (account, torrent)
    DO UPDATE SET uploaded = tracker_torrents.uploaded + excluded.uploaded, downloaded = tracker_torrents.downloaded + excluded.downloaded`
const ADD_TORRENT: PerDatabase = {
  sqlite: `${TORRENT} VALUES ($1, $2, $3, $4) ${ON_TORRENT}`,
  // PostgreSQL changes a row only once in a statement.
  postgres: `${TORRENT} SELECT account, torrent, sum(up)::bigint, sum(down)::bigint
    FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[]) AS given (account, torrent, up, down) GROUP BY account, torrent ${ON_TORRENT}`,
}
const ADD_ACCOUNT: PerDatabase = {
  sqlite:
    'UPDATE tracker_keys SET uploaded = uploaded + $2, downloaded = downloaded + $3, spent_ms = $4 WHERE account = $1',
  postgres: `UPDATE tracker_keys SET uploaded = uploaded + up, downloaded = downloaded + down, spent_ms = spent
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS given (account, up, down, spent) WHERE tracker_keys.account = given.account`,
}

export async function countTraffic(
  database: Database,
  reports: readonly TrafficReport[],
  nowMs: number,
): Promise<void> {
  checkReports(reports)
  await database.write(() => count(reports, nowMs))
}

function* count(reports: readonly TrafficReport[], nowMs: number): Steps<void> {
  yield* each(
    LOCK,
    Array.from(new Set(reports.map(({ did }) => did)), did => [did]),
  )
  const found = yield* each<FoundRow>(
    FIND,
    reports.map(({ did, torrent, peer }, place) => [place, did, torrent, peer]),
  )
  const isMore = (row: FoundRow) => row.at_ms === null || row.is_listed === 0
  const growing = new Set(found.filter(isMore).map(({ account }) => account))
  const sizes = yield* each<{ account: number; peers: number; torrents: number }>(
    COUNT_ROWS,
    Array.from(growing, account => [account]),
  )
  const rows = new Map(sizes.map(({ account, peers, torrents }) => [account, { peers, torrents }]))
  const [kept, dropped]: [Value[][], Value[][]] = [[], []]
  const byAccount = new Map<number, { spentMs: number; all: Counted[] }>()
  for (const row of found) {
    const { torrent, peer, last, atMs, isGone } = reports[row.place]!
    // Another process has already stored a later announce of this peer.
    if (row.at_ms !== null && row.at_ms >= atMs) continue
    const of = rows.get(row.account)
    if (row.at_ms === null && !isGone && ++of!.peers > MAX_ACCOUNT_PEERS) continue
    if (isGone) dropped.push([row.account, torrent, peer])
    else kept.push([row.account, torrent, peer, last.uploadedBytes, last.downloadedBytes, atMs])
    const traffic = difference(row, reports[row.place]!)
    if (traffic.uploadedBytes + traffic.downloadedBytes === 0) continue
    const isListed = row.is_listed !== 0 || ++of!.torrents <= MAX_ACCOUNT_TORRENTS
    const all: Counted[] = byAccount.get(row.account)?.all ?? []
    byAccount.set(row.account, { spentMs: row.spent_ms, all })
    all.push({ torrent: isListed ? torrent : null, ...traffic })
  }
  const [torrents, accounts]: [Value[][], Value[][]] = [[], []]
  for (const [account, { spentMs: before, all }] of byAccount) {
    const { part, spentMs } = plausible(sum(all), before, nowMs)
    const counted = all.map(each => ({
      torrent: each.torrent,
      uploadedBytes: Math.floor(each.uploadedBytes * part),
      downloadedBytes: Math.floor(each.downloadedBytes * part),
    }))
    const { uploadedBytes, downloadedBytes } = sum(counted)
    accounts.push([account, uploadedBytes, downloadedBytes, spentMs])
    for (const each of counted)
      if (each.torrent) torrents.push([account, each.torrent, each.uploadedBytes, each.downloadedBytes])
  }
  yield* each(KEEP_PEER, kept)
  yield* each(DROP_PEER, dropped)
  yield* each(ADD_TORRENT, torrents)
  yield* each(ADD_ACCOUNT, accounts)
}

interface Counted extends Traffic {
  /** Null if the account has too many. */
  readonly torrent: Uint8Array | null
}

/**
 * Returns the peer's traffic since it was last counted. Counters that decreased have been reset.
 */
function difference(
  { uploaded, downloaded }: Pick<FoundRow, 'uploaded' | 'downloaded'>,
  { first, last }: TrafficReport,
): Traffic {
  const since = (before: number | null, from: number, to: number) => {
    const base = before === null || before > to ? from : before
    return Math.max(0, to - base)
  }
  return {
    uploadedBytes: since(uploaded, first.uploadedBytes, last.uploadedBytes),
    downloadedBytes: since(downloaded, first.downloadedBytes, last.downloadedBytes),
  }
}

/**
 * Returns the fraction of the traffic that counts, 0 to 1, and `spentMs`: the time up to which the
 * account has used up its budget. A token bucket: budget older than two hours is forfeited.
 */
function plausible(
  { uploadedBytes, downloadedBytes }: Traffic,
  spentMs: number,
  nowMs: number,
): { readonly part: number; readonly spentMs: number } {
  const fromMs = Math.min(nowMs, Math.max(spentMs, nowMs - BURST_MS))
  const neededMs = Math.max(uploadedBytes, downloadedBytes) / MAX_BYTES_PER_MS
  const part = Math.min(1, (nowMs - fromMs) / neededMs)
  return { part, spentMs: fromMs + Math.ceil(neededMs * part) }
}

function sum(all: readonly Traffic[]): Traffic {
  return {
    uploadedBytes: all.reduce((bytes, each) => bytes + each.uploadedBytes, 0),
    downloadedBytes: all.reduce((bytes, each) => bytes + each.downloadedBytes, 0),
  }
}

function checkReports(reports: readonly TrafficReport[]): void {
  checkCount('reports', reports, 0, MAX_REPORTS)
  const keys = new Set<string>()
  for (const { did, torrent, peer, first, last, atMs } of reports) {
    checkDid(did)
    checkBytes('torrent', torrent, HASH_BYTES)
    checkBytes('peer', peer, 1, MAX_PEER_BYTES)
    checkInteger('atMs', atMs)
    for (const { uploadedBytes, downloadedBytes } of [first, last]) {
      checkInteger('uploadedBytes', uploadedBytes)
      checkInteger('downloadedBytes', downloadedBytes)
    }
    keys.add(`${did} ${Buffer.from(torrent).toString('hex')} ${Buffer.from(peer).toString('hex')}`)
  }
  if (keys.size < reports.length) throw bad('reports', 'each of another peer')
}
