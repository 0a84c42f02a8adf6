/**
 * The reputation of a peer: a pure function of this node's own observations. Reports of others do
 * not count, least of all those of the peer. It starts at 0, grows with data that the peer gave,
 * falls with misconduct, and decays over time.
 */
import type { PersonReason } from '@shoal/api'

/** Sums of a peer's actions, weighted by age: see `aged`. */
export interface Evidence {
  /** Verified bytes from the peer. */
  readonly downloadedBytes: number
  /** Bytes that the peer confirmed by receipts. */
  readonly confirmedBytes: number
  readonly connectedMs: number
  readonly promisesKept: number
  readonly promisesBroken: number
  readonly failedPieces: number
  readonly junk: number
}

/** The sums for an address range: the misconduct of all peers in it. */
export type NetworkEvidence = Pick<Evidence, 'failedPieces' | 'junk'>

export interface Judgement {
  /** -1000 to 1000. */
  readonly score: number
  /** Good enough for the fast lane. */
  readonly isTrusted: boolean
  /** Contributions to the score, largest first. */
  readonly reasons: readonly PersonReason[]
}

export const NO_EVIDENCE: Evidence = {
  downloadedBytes: 0,
  confirmedBytes: 0,
  connectedMs: 0,
  promisesKept: 0,
  promisesBroken: 0,
  failedPieces: 0,
  junk: 0,
}

const GIB = 2 ** 30
const DAY_MS = 86_400_000
/** Good deeds lose half of their weight in this time, misconduct in twice this time. */
const HALF_LIFE_MS = 30 * DAY_MS
const MISCONDUCT: ReadonlySet<string> = new Set(['promisesBroken', 'failedPieces', 'junk'])
/** Score at which the fast lane starts: about 64 MiB of verified data. */
const TRUSTED_FROM = 20
/** One wrong piece outweighs a hundred megabytes. */
const FAILED_PIECE = -150
const JUNK = -100
/**
 * Neighbors can be strangers to each other: all of them together cannot make a good peer a bad one.
 */
const NEIGHBOR = -30
const MOST_FOR_NEIGHBORS = -300

/**
 * Judges a peer by its own actions and by the misconduct in its address range (a /24 of IPv4, a /56
 * of IPv6). Both must be `aged` to the same time.
 */
export function judge(evidence: Evidence, network: NetworkEvidence = NO_EVIDENCE): Judgement {
  const { downloadedBytes, confirmedBytes, connectedMs, promisesKept, promisesBroken } = evidence
  // The range's sums include the peer's own misconduct.
  const neighbors =
    Math.max(0, network.failedPieces - evidence.failedPieces) + Math.max(0, network.junk - evidence.junk)
  const points: Record<PersonReason['kind'], number> = {
    gave: 500 * saturated(downloadedBytes, GIB),
    confirmed: 100 * saturated(confirmedBytes, GIB),
    uptime: 100 * saturated(connectedMs, DAY_MS),
    promises: (200 * (promisesKept - 8 * promisesBroken)) / (promisesKept + 8 * promisesBroken + 200),
    'failed-pieces': FAILED_PIECE * evidence.failedPieces,
    junk: JUNK * evidence.junk,
    neighbors: Math.max(MOST_FOR_NEIGHBORS, NEIGHBOR * neighbors),
  }
  const reasons = (Object.keys(points) as PersonReason['kind'][])
    .map(kind => ({ kind, points: Math.round(points[kind]) }))
    .filter(reason => reason.points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
  const sum = reasons.reduce((total, reason) => total + reason.points, 0)
  const score = Math.max(-1000, Math.min(1000, sum))
  // Only uploading earns the lane: being online and confirming downloads cost nothing.
  const isTrusted = score >= TRUSTED_FROM && points.gave >= TRUSTED_FROM
  return { score, isTrusted, reasons }
}

/** Returns the evidence weighted for its age after this time. */
export function aged<Some extends Partial<Evidence>>(evidence: Some, passedMs: number): Some {
  const good = 2 ** (-Math.max(0, passedMs) / HALF_LIFE_MS)
  const entries = Object.entries(evidence) as [string, number][]
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value * (MISCONDUCT.has(name) ? Math.sqrt(good) : good)]),
  ) as Some
}

/** Returns 0 to 1: 0.5 for `half`. */
function saturated(value: number, half: number): number {
  return value / (value + half)
}
