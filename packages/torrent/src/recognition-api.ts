/**
 * How a session and its embedder share the recognition of Shoal peers (`sh_peer`, decision 011).
 */

/** Loads the module of recognition in a browser: `() => import('@shoal/torrent/recognition')`. */
export type LoadRecognition = () => Promise<{ readonly recognizePeers: (...swarm: never) => unknown }>

/** Signs as the owner of the network key. */
export interface NetworkKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** Returns a signature of 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** A peer's claims about itself, beyond its key. All of them are unchecked. */
export interface PeerClaims {
  /** Its own reputation in thousandths: received but ignored. */
  readonly reputation?: number
  /** Its `did:key`, and the certificate that links it to its network key. */
  readonly did?: string
  readonly certificate?: Uint8Array
  /** Its payment address. */
  readonly wallet?: string
}

/**
 * Supplied by the embedder, in Node only. The session calls it whenever it needs a value, so
 * values may change while it is open.
 */
export interface Recognition {
  /** The key shown to peers; null while recognition is off. */
  readonly key: NetworkKey | null
  /** 32 secret bytes from which the pseudonyms of receipts are derived. */
  readonly pseudonymSecret: Uint8Array
  /**
   * Returns the claims to send to a peer that has proved its network key (hex), to which `key` is
   * shown. Called about once a second; a peer receives changed claims, but only a limited number of
   * times.
   */
  claimsFor(peer: string, key: NetworkKey): PeerClaims
  /** Whether a peer is in good standing and therefore gets the fast lane. */
  isTrusted(peer: string): boolean
  /** -1000 to 1000: peers with a good reputation are preferred when requesting blocks. */
  reputationOf(peer: string): number
  /** A peer has proved its key, or has changed its claims since: the last claims count. */
  onRecognized(peer: RecognizedPeer, claims: PeerClaims): void
  /** A peer at this IP address was not recognized, for this reason. */
  onRefused(host: string, reason: RefusalReason): void
  /**
   * Reports peers' conduct since the last report, about once a second; for peers that have proved
   * no key, only misconduct.
   */
  onConduct(peer: SeenPeer, conduct: Conduct): void
  /**
   * All wanted files of a torrent are complete, and all conduct was reported. `torrent` as in
   * `SeenPeer`.
   */
  onComplete(torrent: string): void
  /** A peer confirmed what it received from us: this replaces its earlier receipts of the epoch. */
  onReceipt(peer: RecognizedPeer, receipt: ReceivedReceipt): void
}

export interface SeenPeer {
  /** Its network key: 64 hexadecimal digits; null if it has proved none. */
  readonly key: string | null
  readonly host: string
  /**
   * Info hash of the torrent, v1 if it has one, else the first 20 bytes of v2: 40 hexadecimal
   * digits.
   */
  readonly torrent: string
}

export interface RecognizedPeer extends SeenPeer {
  readonly key: string
  /** Whether the exchange was bound to a secure channel, so that no intermediary could relay it. */
  readonly isBound: boolean
}

/** Counts of a peer's actions since the last report. */
export interface Conduct {
  /** Bytes of pieces that were verified. */
  readonly downloadedBytes: number
  /** Payload bytes that we sent it. */
  readonly uploadedBytes: number
  /** Number of wrong pieces that are certainly its fault. */
  readonly failedPieces: number
  /** Number of pieces that it announced and delivered, in whole or in part. */
  readonly promisesKept: number
  /**
   * Number of times that it accepted requests and did not answer, or did not confirm what it
   * received.
   */
  readonly promisesBroken: number
  /** Number of times that it broke the protocol, or sent unrequested data. */
  readonly junk: number
  readonly connectedMs: number
}

export interface ReceivedReceipt {
  /** Unix seconds. */
  readonly epoch: number
  /** Verified bytes of this epoch that it has confirmed. */
  readonly bytes: number
  /** The signed bytes. */
  readonly receipt: Uint8Array
}

/** Why a peer was not recognized. */
export type RefusalReason =
  /** A malformed message. */
  | 'malformed'
  /** An unexpected message, such as a second greeting. */
  | 'unexpected'
  /** An X25519 key of small order, which would make the secret public. */
  | 'weak-key'
  /** Our own key: someone reflects our messages. */
  | 'reflected'
  /** The proof does not match this exchange, this connection and this key. */
  | 'not-proved'
  /** A sealed message was changed, repeated or omitted. */
  | 'forged'
  /** A receipt that does not follow from what we sent. */
  | 'bad-receipt'
  /** More exchanges than we accept. */
  | 'too-many'
