import { sha256 } from '#crypto'
import { verifyEd25519 } from '#ed25519'
import { authenticate, deriveKey, EphemeralKey, KEY_BYTES, type SigningKey, seal, unseal } from '#sealing'
import { concat, equalBytes, hex, utf8, writeU16 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { encodeAcceptorProof, encodeGreeting, encodeOpenerProof, type ShPeerMessage } from './sh-peer.ts'

/** Why an exchange, or a message after it, is refused. */
export type ExchangeRefusal = 'unexpected' | 'weak-key' | 'reflected' | 'not-proved' | 'forged'

export class RecognitionError extends ShoalError {
  readonly reason: ExchangeRefusal

  constructor(reason: ExchangeRefusal, message: string) {
    super('bad-message', message)
    this.reason = reason
  }
}

/** The ends of a connection: the one that opened it, and the one that accepted it. */
export type ConnectionEnd = 'opener' | 'acceptor'

/** The facts of one connection that both ends know, and to which the exchange is bound. */
export interface ConnectionFacts {
  /** 20 bytes, as the opener's handshake named the torrent. */
  readonly infoHash: Uint8Array
  /** The peer IDs of 20 bytes each, from the handshakes of BEP 3. */
  readonly peerIds: { readonly [End in ConnectionEnd]: Uint8Array }
  /** `Connection.channelBinding`; empty on a plain connection. */
  readonly binding: Uint8Array
}

/** A peer whose network key was proved, and the channel with it. */
interface Proved {
  /** Ed25519, 32 bytes. */
  readonly peer: Uint8Array
  readonly channel: SealedChannel
}

export interface HandshakeStep {
  /** The payload to send, if any. */
  readonly send: Uint8Array | null
  readonly done: Proved | null
}

const NOTHING: HandshakeStep = { send: null, done: null }
/** Prefix of the names of all hashes, keys and signatures of the protocol. */
const DOMAIN = 'shoal/sh_peer/1 '

/**
 * The key exchange of `sh_peer` (SIGMA-I; Krawczyk 2003) at one end of a connection; decision 011
 * has its transcript. The opener of the connection proves itself first, because anyone can open
 * one: the acceptor shows its key only to a peer that has proved its own. No I/O.
 */
export class RecognitionHandshake {
  readonly #end: ConnectionEnd
  readonly #key: SigningKey
  readonly #facts: ConnectionFacts
  readonly #ephemeral: EphemeralKey
  #state: 'greet' | 'proof' | 'done' = 'greet'
  #secrets: Secrets | null = null

  constructor(options: { end: ConnectionEnd; key: SigningKey; facts: ConnectionFacts; random: Random }) {
    this.#end = options.end
    this.#key = options.key
    this.#facts = options.facts
    this.#ephemeral = new EphemeralKey(options.random.bytes(KEY_BYTES))
  }

  /** Returns the payload with which the acceptor begins. */
  start(): Uint8Array {
    if (this.#end !== 'acceptor' || this.#state !== 'greet')
      throw new ShoalError('bad-argument', 'Only the acceptor of a connection begins, once')
    this.#state = 'proof'
    return encodeGreeting(this.#ephemeral.publicKey)
  }

  /** Handles a message of the exchange. Throws a RecognitionError; the exchange is over then. */
  receive(message: Exclude<ShPeerMessage, { type: 'sealed' | 'unknown' }>): HandshakeStep {
    const { type } = message
    if (type === 'greeting' && this.#end === 'opener' && this.#state === 'greet')
      return this.#answer(message.key)
    if (type === 'opener-proof' && this.#end === 'acceptor' && this.#state === 'proof')
      return this.#finishAcceptor(message.key, message.box)
    if (type === 'acceptor-proof' && this.#end === 'opener' && this.#state === 'proof')
      return this.#finishOpener(message.box)
    this.#state = 'done'
    throw new RecognitionError('unexpected', 'it sent a message of sh_peer at the wrong time')
  }

  /** The opener shows its network key. */
  #answer(theirs: Uint8Array): HandshakeStep {
    const secrets = this.#agree(theirs)
    this.#state = 'proof'
    const box = secrets.prove('opener', this.#key)
    secrets.opened(box)
    return { ...NOTHING, send: encodeOpenerProof(this.#ephemeral.publicKey, box) }
  }

  /** The acceptor checks the opener's key, then shows its own. */
  #finishAcceptor(theirs: Uint8Array, box: Uint8Array): HandshakeStep {
    this.#state = 'done'
    const secrets = this.#agree(theirs)
    const peer = this.#check(secrets, 'opener', box)
    secrets.opened(box)
    const send = encodeAcceptorProof(secrets.prove('acceptor', this.#key))
    return { send, done: { peer, channel: secrets.channel('acceptor') } }
  }

  #finishOpener(box: Uint8Array): HandshakeStep {
    this.#state = 'done'
    const secrets = this.#secrets!
    const peer = this.#check(secrets, 'acceptor', box)
    return { send: null, done: { peer, channel: secrets.channel('opener') } }
  }

  #check(secrets: Secrets, end: ConnectionEnd, box: Uint8Array): Uint8Array {
    const peer = secrets.check(end, box)
    if (!peer) throw new RecognitionError('not-proved', 'it did not prove its network key')
    if (equalBytes(peer, this.#key.publicKey))
      throw new RecognitionError('reflected', 'it uses our network key')
    return peer
  }

  #agree(theirs: Uint8Array): Secrets {
    const ours = this.#ephemeral.publicKey
    if (equalBytes(theirs, ours)) throw new RecognitionError('reflected', 'it sent our own key back')
    const secret = this.#ephemeral.secretWith(theirs)
    if (!secret) throw new RecognitionError('weak-key', 'its key is of small order')
    const keys = this.#end === 'acceptor' ? [ours, theirs] : [theirs, ours]
    this.#secrets = new Secrets(secret, transcript(this.#facts, keys as [Uint8Array, Uint8Array]))
    return this.#secrets
  }
}

/** `keys`: the ephemeral ones of acceptor and opener. */
function transcript(
  { infoHash, peerIds, binding }: ConnectionFacts,
  keys: [Uint8Array, Uint8Array],
): Uint8Array {
  const length = new Uint8Array(2)
  writeU16(length, 0, binding.length)
  const parts = [infoHash, peerIds.opener, peerIds.acceptor, length, binding, ...keys]
  return sha256(concat([utf8(`${DOMAIN}transcript\0`), ...parts]))
}

/** The keys derived from one exchange. */
class Secrets {
  readonly #secret: Uint8Array
  #transcript: Uint8Array

  constructor(secret: Uint8Array, hash: Uint8Array) {
    this.#secret = secret
    this.#transcript = hash
  }

  /** Adds the opener's proof to the transcript, which the acceptor's proof then covers. */
  opened(box: Uint8Array): void {
    this.#transcript = sha256(concat([this.#transcript, box]))
  }

  /** A network key and its signature, sealed. */
  prove(end: ConnectionEnd, key: SigningKey): Uint8Array {
    const signature = key.sign(this.#statement(end, key.publicKey))
    return seal(this.#derive(`${end} proof`), 0, concat([key.publicKey, signature]))
  }

  /** Returns the network key that a proof proves; null if it proves none. */
  check(end: ConnectionEnd, box: Uint8Array): Uint8Array | null {
    const content = unseal(this.#derive(`${end} proof`), 0, box)
    if (!content) return null
    const peer = content.slice(0, KEY_BYTES)
    if (isSmallOrder(peer)) return null
    const isProved = verifyEd25519(peer, this.#statement(end, peer), content.subarray(KEY_BYTES))
    return isProved ? peer : null
  }

  channel(end: ConnectionEnd): SealedChannel {
    const [opener, acceptor] = [this.#derive('opener channel'), this.#derive('acceptor channel')]
    return end === 'opener' ? new SealedChannel(opener, acceptor) : new SealedChannel(acceptor, opener)
  }

  /**
   * SIGMA signs the transcript, and a MAC of the identity under a key of the exchange, which shows
   * that the signer knows the secret.
   */
  #statement(end: ConnectionEnd, publicKey: Uint8Array): Uint8Array {
    const mac = authenticate(this.#derive(`${end} mac`), concat([this.#transcript, publicKey]))
    return concat([utf8(`${DOMAIN}${end}\0`), this.#transcript, mac])
  }

  #derive(name: string): Uint8Array {
    return deriveKey(this.#secret, this.#transcript, `${DOMAIN}${name}`)
  }
}

/**
 * The points of Ed25519 whose order is at most eight, without their sign: anyone can make
 * signatures that such a key verifies (RFC 8032, with the encodings that libsodium refuses).
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])

function isSmallOrder(publicKey: Uint8Array): boolean {
  const bytes = publicKey.slice()
  bytes[31]! &= 0x7f
  return SMALL_ORDER.has(hex(bytes))
}

/** Seals the messages after the exchange, in order. */
export class SealedChannel {
  readonly #ours: Uint8Array
  readonly #theirs: Uint8Array
  #sent = 0
  #received = 0

  constructor(ours: Uint8Array, theirs: Uint8Array) {
    this.#ours = ours
    this.#theirs = theirs
  }

  seal(content: Uint8Array): Uint8Array {
    return seal(this.#ours, this.#sent++, content)
  }

  /**
   * Returns the content of the next message. Throws a RecognitionError if it is not the next one of
   * this channel.
   */
  open(box: Uint8Array): Uint8Array {
    const content = unseal(this.#theirs, this.#received++, box)
    if (!content)
      throw new RecognitionError('forged', 'a message of sh_peer was changed, repeated or left out')
    return content
  }
}
