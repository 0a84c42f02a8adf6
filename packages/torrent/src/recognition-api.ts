/** How a session and its embedder share the recognition of Shoal peers (`sh_peer`, decision 011). */

/** Loads the module of recognition in a browser: `() => import('@shoal/torrent/recognition')`. */
export type LoadRecognition = () => Promise<{ readonly recognizePeers: (...swarm: never) => unknown }>

/** Signs as the owner of the network key. */
export interface NetworkKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** Returns a signature of 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** Things that one peer tells another about itself, beyond its key. All of it is unchecked. */
export interface PeerClaims {
  /** Its own reputation in thousandths: received and ignored. */
  readonly reputation?: number
  /** Its `did:key`, and the certificate that links it to its network key. */
  readonly did?: string
  readonly certificate?: Uint8Array
  /** Where it wants to be paid. */
  readonly wallet?: string
}

/** Given by the embedder, in Node only. The session calls it whenever it needs an answer, so that answers may change while it is open. */
export interface Recognition {
  /** The key that peers are shown; null while peers are not to be recognized. */
  readonly key: NetworkKey | null
  /** 32 secret bytes from which the pseudonyms of receipts follow. */
  readonly pseudonymSecret: Uint8Array
  /**
   * Returns the claims to send to a peer that has proved its network key (hex), to which `key` is shown. Called about once a second: when they change, the
   * peer receives the new ones, several times at most.
   */
  claimsFor(peer: string, key: NetworkKey): PeerClaims
  /** Whether a peer is in good standing, and has the fast lane therefore. */
  isTrusted(peer: string): boolean
  /** -1000 to 1000: blocks are rather requested from peers with a good reputation. */
  reputationOf(peer: string): number
  /** A peer has proved its key, or has claimed something else since: the last claims count. */
  onRecognized(peer: RecognizedPeer, claims: PeerClaims): void
  /** A peer at this IP address was not recognized, and why. */
  onRefused(host: string, reason: RefusalReason): void
  /** Reports what peers did since the last report, about once a second; of peers that have proved no key, only misconduct. */
  onConduct(peer: SeenPeer, conduct: Conduct): void
  /** All wanted files of a torrent are complete, and everything before was reported. `torrent` as in `SeenPeer`. */
  onComplete(torrent: string): void
  /** A peer confirmed what it took from us: this replaces its earlier receipts of the epoch. */
  onReceipt(peer: RecognizedPeer, receipt: ReceivedReceipt): void
}

export interface SeenPeer {
  /** Its network key: 64 hexadecimal digits; null if it has proved none. */
  readonly key: string | null
  readonly host: string
  /** Info hash of the torrent, v1 if it has one, else the first 20 bytes of v2: 40 hexadecimal digits. */
  readonly torrent: string
}

export interface RecognizedPeer extends SeenPeer {
  readonly key: string
  /** Whether the exchange was bound to a secure channel, so that nobody between the two could pass it on. */
  readonly isBound: boolean
}

/** Counts of what a peer did, since the last report. */
export interface Conduct {
  /** Bytes of pieces that were verified. */
  readonly downloadedBytes: number
  /** Payload bytes that we sent it. */
  readonly uploadedBytes: number
  /** Wrong pieces that are certainly its fault. */
  readonly failedPieces: number
  /** Pieces that it announced and delivered, in whole or in part. */
  readonly promisesKept: number
  /** Times that it accepted requests and did not answer, or did not confirm what it took. */
  readonly promisesBroken: number
  /** Times that it broke the protocol, or sent things that nobody asked for. */
  readonly junk: number
  readonly connectedMs: number
}

export interface ReceivedReceipt {
  /** Unix seconds. */
  readonly epoch: number
  /** Verified bytes of this epoch that it has confirmed. */
  readonly bytes: number
  /** As it was signed. */
  readonly receipt: Uint8Array
}

/** Why a peer was not recognized. */
export type RefusalReason =
  /** A message of a wrong form. */
  | 'malformed'
  /** A message that is not due, such as a second greeting. */
  | 'unexpected'
  /** An X25519 key of small order, which would make the secret public. */
  | 'weak-key'
  /** Our own key: somebody sends back what we sent. */
  | 'reflected'
  /** The proof is not of this exchange, this connection and this key. */
  | 'not-proved'
  /** A sealed message that was changed, repeated or left out. */
  | 'forged'
  /** A receipt that does not follow from what we sent. */
  | 'bad-receipt'
  /** More exchanges than we take part in. */
  | 'too-many'
