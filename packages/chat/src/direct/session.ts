/** Handshake between two devices: both prove which device they are, for this channel only. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { KeyPair } from '@shoal/identity'
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { equalBytes, type Random } from '@shoal/torrent/base'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { ChatError } from '../chat-error.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import type { OwnDevice } from '../groups/key-packages.ts'
import { decodeFrame, type Frame, framesOf, NONCE_BYTES, packFrame, TOKEN_BYTES } from './frames.ts'

const PURPOSE = 'shoal/direct/1'
const ROOM_PURPOSE = 'shoal/direct-room/1'

/**
 * A bidirectional byte stream, encrypted and in order, such as a libp2p stream or a data channel.
 */
export interface DirectChannel {
  /**
   * Bytes known to both ends and unique to the channel, such as the keys of both ends, so that a
   * man in the middle cannot relay proofs.
   */
  readonly binding: Uint8Array
  /** Whether this end opened it. */
  readonly isInitiator: boolean
  /** Ends when the channel does. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Resolves when more can be sent. Rejects once the channel has ended. */
  send(bytes: Uint8Array): Promise<void>
  /** Idempotent. */
  close(): void
}

export interface DirectSession {
  readonly peer: GroupDevice
  /** Frames after the handshake. Null for an unknown kind. */
  readonly frames: AsyncIterable<{ readonly frame: Frame | null; readonly sizeBytes: number }>
  send(frame: Frame): Promise<void>
  /**
   * Tokens of a room in this session, from a secret of its members: the own one, and that of the
   * remote.
   */
  tokensOf(secret: Uint8Array): { readonly own: Uint8Array; readonly other: Uint8Array }
}

/**
 * Exchanges credentials and proofs. `admits` decides whether the device of a valid credential may
 * continue. Rejects with `bad-message`, `bad-credential`, `not-allowed`, and with `closed` if the
 * channel ends.
 */
export async function openSession(
  channel: DirectChannel,
  { credential, messageKey }: OwnDevice,
  admits: (peer: GroupDevice) => boolean | Promise<boolean>,
  random: Random,
): Promise<DirectSession> {
  if (credential.credentialType !== 'basic')
    throw new ChatError('bad-credential', 'The credential is of another kind.')
  const { binding, isInitiator } = channel
  const frames = framesOf(channel.chunks)
  const next = async () => {
    const { value, done } = await frames.next()
    if (done) throw new ChatError('closed', 'The other device closed the connection.')
    return decodeFrame(value)
  }
  const send = (frame: Frame) => channel.send(packFrame(frame))

  const own = { nonce: random.bytes(NONCE_BYTES), credential: credential.identity }
  await send({ kind: 'hello', ...own })
  const hello = await next()
  if (hello?.kind !== 'hello' || equalBytes(hello.nonce, own.nonce)) throw unproved()
  const peer = readCredential(hello.credential.slice())
  if (!(await admits(peer))) throw new ChatError('not-allowed', 'This device is not one of a contact.')
  const [first, second] = isInitiator ? [own, hello] : [hello, own]
  const session = sha256(
    encodeCbor([PURPOSE, binding, ...[first, second].flatMap(each => [each.nonce, sha256(each.credential)])]),
  )
  const proofOf = (initiator: boolean) => encodeCbor([PURPOSE, session, initiator ? 1 : 0])
  await send({ kind: 'proof', signature: new KeyPair(messageKey.seed).sign(proofOf(isInitiator)) })
  const proof = await next()
  if (
    proof?.kind !== 'proof' ||
    !verifyEd25519(peer.device.messageKey, proofOf(!isInitiator), proof.signature)
  )
    throw unproved()

  const tokenOf = (secret: Uint8Array, initiator: boolean) =>
    hmac(sha256, secret, encodeCbor([ROOM_PURPOSE, session, initiator ? 1 : 0])).subarray(0, TOKEN_BYTES)
  return {
    peer,
    frames: decoded(frames),
    send,
    tokensOf: secret => ({ own: tokenOf(secret, isInitiator), other: tokenOf(secret, !isInitiator) }),
  }
}

async function* decoded(frames: AsyncIterable<Uint8Array>): DirectSession['frames'] & AsyncGenerator {
  for await (const bytes of frames) yield { frame: decodeFrame(bytes), sizeBytes: bytes.length }
}

function unproved(): ChatError {
  return new ChatError('bad-message', 'The other end did not prove which device it is.')
}
