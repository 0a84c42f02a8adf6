import { type SigningKey, signingKey } from '#sealing'
import { hex } from '../../base/bytes.ts'
import type {
  Conduct,
  PeerClaims,
  ReceivedReceipt,
  Recognition,
  RecognizedPeer,
  RefusalReason,
  SeenPeer,
} from '../../recognition-api.ts'

/** The recognition of one node in a test, which records every call. */
export class TestRecognition implements Recognition {
  readonly key: SigningKey
  /** Its network key in hexadecimal digits. */
  readonly name: string
  readonly pseudonymSecret: Uint8Array
  readonly recognized: RecognizedPeer[] = []
  readonly claims: PeerClaims[] = []
  readonly refused: RefusalReason[] = []
  readonly receipts: ReceivedReceipt[] = []
  /** The sums of reported conduct, by network key; for unrecognized peers by address. */
  readonly conduct = new Map<string, Conduct>()
  /** The torrents that were completed. */
  readonly completed: string[] = []
  readonly trusted = new Set<string>()
  says: (peer: string) => PeerClaims = () => ({})

  /** `number`: different for each node, 1 to 255. */
  constructor(number: number) {
    this.key = signingKey(new Uint8Array(32).fill(number))
    this.name = hex(this.key.publicKey)
    this.pseudonymSecret = new Uint8Array(32).fill(255 - number)
  }

  claimsFor(peer: string): PeerClaims {
    return this.says(peer)
  }

  isTrusted(peer: string): boolean {
    return this.trusted.has(peer)
  }

  reputationOf(peer: string): number {
    return this.trusted.has(peer) ? 500 : 0
  }

  onRecognized(peer: RecognizedPeer, claims: PeerClaims): void {
    this.recognized.push(peer)
    this.claims.push(claims)
  }

  onRefused(_host: string, reason: RefusalReason): void {
    this.refused.push(reason)
  }

  onComplete(torrent: string): void {
    this.completed.push(torrent)
  }

  onConduct({ key, host }: SeenPeer, conduct: Conduct): void {
    const name = key ?? host
    const sum: { -readonly [Name in keyof Conduct]?: number } = { ...this.conduct.get(name) }
    for (const [kind, value] of Object.entries(conduct) as [keyof Conduct, number][])
      sum[kind] = (sum[kind] ?? 0) + value
    this.conduct.set(name, sum as Conduct)
  }

  onReceipt(_peer: RecognizedPeer, receipt: ReceivedReceipt): void {
    this.receipts.push(receipt)
  }
}
