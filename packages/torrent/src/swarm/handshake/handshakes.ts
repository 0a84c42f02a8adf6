import { acceptEncryption, encryptOutgoing } from '#encryption'
import type { EncryptionPolicy } from '../../api.ts'
import { concat, equalBytes } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { InfoHashes } from '../../metainfo/metainfo.ts'
import type { Connection, DialOptions, PeerAddress } from '../../transport/transport.ts'
import { encodeHandshake, HANDSHAKE_BYTES, type Handshake, parseHandshake } from '../../wire/handshake.ts'
import type { ReadyConnection } from './ready-connection.ts'

/** The name of a torrent in a handshake. */
export interface HandshakeTopic {
  /** 20 bytes: v1, or the first 20 of v2 (BEP 52). */
  readonly infoHash: Uint8Array
  /**
   * For a hybrid torrent named by its v1 hash: the first 20 bytes of its v2 hash, which either side
   * may switch to (BEP 52).
   */
  readonly upgrade?: Uint8Array | undefined
  /** Whether `infoHash` is a v2 one. */
  readonly v2: boolean
}

/** Names a torrent by its v1 hash if it has one, since every client knows that. */
export function handshakeTopic({ v1, v2 }: InfoHashes): HandshakeTopic {
  const short = v2?.subarray(0, 20)
  if (!v1) return { infoHash: short!, v2: true }
  return { infoHash: v1, upgrade: short, v2: false }
}

export interface HandshakeOptions {
  readonly policy: EncryptionPolicy
  readonly random: Random
  readonly peerId: Uint8Array
  readonly dht: boolean
  readonly signal: AbortSignal
}

interface Dials {
  dial(address: PeerAddress, options: DialOptions): Promise<Connection>
}

/**
 * Connects to a peer and shakes hands, obfuscated if the policy requires it. With `prefer`, a peer
 * that does not understand the obfuscated handshake is dialed again in plain.
 */
export async function dialPeer(
  transport: Dials,
  address: PeerAddress,
  topic: HandshakeTopic,
  options: HandshakeOptions & DialOptions,
): Promise<ReadyConnection> {
  const { policy, signal } = options
  const hello = greet(topic.infoHash, topic.upgrade !== undefined || topic.v2, options)
  let pipe = await transport.dial(address, options)
  if (policy !== 'plain' && !pipe.isSecure) {
    try {
      const { random } = options
      const encryption = { infoHash: topic.infoHash, policy, random, initialPayload: hello }
      const { connection, method, received } = await encryptOutgoing(pipe, encryption, { signal })
      return await finishDial(connection, method === 'rc4', received, topic, signal)
    } catch (error) {
      if (policy === 'require' || signal.aborted) throw error
    }
    pipe = await transport.dial(address, options)
  }
  pipe.write(hello)
  return finishDial(pipe, pipe.isSecure, new Uint8Array(0), topic, signal)
}

/**
 * Shakes hands on a signaled connection, which was opened for this torrent. Never obfuscated: such
 * connections are secure.
 */
export async function greetPeer(
  connection: Connection,
  topic: HandshakeTopic,
  options: Omit<HandshakeOptions, 'policy'>,
): Promise<ReadyConnection> {
  connection.write(greet(topic.infoHash, topic.upgrade !== undefined || topic.v2, options))
  return finishDial(connection, connection.isSecure, new Uint8Array(0), topic, options.signal)
}

async function finishDial(
  connection: Connection,
  encrypted: boolean,
  received: Uint8Array,
  topic: HandshakeTopic,
  signal: AbortSignal,
): Promise<ReadyConnection> {
  const { handshake, early } = await readHandshake(connection, received, signal)
  const upgraded = topic.upgrade !== undefined && equalBytes(handshake.infoHash, topic.upgrade)
  if (!upgraded && !equalBytes(handshake.infoHash, topic.infoHash)) {
    connection.close()
    throw new ShoalError('bad-message', 'the peer answered for another torrent')
  }
  return { connection, encrypted, handshake, early, topic: topic.infoHash, v2: topic.v2 || upgraded }
}

/**
 * Shakes hands on an incoming connection, obfuscated or plain. `find` returns the torrent that a
 * handshake names, or null; `findObfuscated` returns the 20-byte info hash for a digest.
 */
export async function acceptPeer<Torrent>(
  connection: Connection,
  lookup: {
    find(infoHash: Uint8Array): { topic: HandshakeTopic; torrent: Torrent } | null
    findObfuscated(digest: Uint8Array): Uint8Array | null
  },
  options: HandshakeOptions,
): Promise<{ ready: ReadyConnection; torrent: Torrent }> {
  const { random, signal } = options
  const policy = connection.isSecure ? 'plain' : options.policy
  const accepted = await acceptEncryption(
    connection,
    { policy, random, find: digest => lookup.findObfuscated(digest) },
    { signal },
  )
  const { handshake, early } = await readHandshake(accepted.connection, accepted.received, signal)
  const found = lookup.find(handshake.infoHash)
  if (!found || (accepted.infoHash && !equalBytes(accepted.infoHash, handshake.infoHash))) {
    accepted.connection.close()
    throw new ShoalError('bad-message', 'the peer asked for a torrent that we do not have')
  }
  const { topic, torrent } = found
  // BEP 52: a peer that knows v2 may be answered with the v2 hash of the hybrid torrent that it
  // named by v1.
  const upgrade = handshake.features.v2 ? topic.upgrade : undefined
  accepted.connection.write(
    greet(upgrade ?? topic.infoHash, topic.upgrade !== undefined || topic.v2, options),
  )
  const v2 = topic.v2 || upgrade !== undefined
  const encrypted = accepted.method === 'rc4' || connection.isSecure
  const { infoHash } = handshake
  return {
    ready: { connection: accepted.connection, encrypted, handshake, early, topic: infoHash, v2 },
    torrent,
  }
}

function greet(
  infoHash: Uint8Array,
  v2: boolean,
  { peerId, dht }: Pick<HandshakeOptions, 'peerId' | 'dht'>,
): Uint8Array {
  return encodeHandshake({ infoHash, peerId, features: { extended: true, fast: true, dht, v2 } })
}

/**
 * Reads the 68 bytes of a handshake, then pauses the connection. Closes it and rejects if they are
 * not a handshake.
 */
function readHandshake(
  connection: Connection,
  received: Uint8Array,
  signal: AbortSignal,
): Promise<{ handshake: Handshake; early: Uint8Array }> {
  return new Promise((resolve, reject) => {
    let bytes: Uint8Array = received.slice()
    let over = false
    const fail = (error: unknown) => {
      if (over) return
      over = true
      signal.removeEventListener('abort', abort)
      connection.close()
      reject(error)
    }
    const abort = () => fail(signal.reason)
    const check = () => {
      try {
        const handshake = parseHandshake(bytes)
        if (!handshake) return
        over = true
        signal.removeEventListener('abort', abort)
        connection.pause()
        resolve({ handshake, early: bytes.subarray(HANDSHAKE_BYTES) })
      } catch (error) {
        fail(error)
      }
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    connection.start({
      onData(more) {
        if (over) return
        bytes = concat([bytes, more])
        check()
      },
      onDrain() {},
      onClose: error =>
        fail(error ?? new ShoalError('closed', 'the peer closed the connection during the handshake')),
    })
    if (bytes.length > 0) check()
    if (!over) connection.resume()
  })
}
