import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Connection } from '../transport/transport.ts'
import { EncryptedConnection } from './encrypted-connection.ts'
import type {
  EncryptionMethod,
  EncryptionOutcome,
  EncryptionPolicy,
  EncryptionStep,
} from './encryption/encryption.ts'
import { EncryptionInitiator } from './encryption/initiator.ts'
import { EncryptionResponder } from './encryption/responder.ts'

/**
 * A connection after the encryption handshake, or after a plain BitTorrent handshake was recognized
 * instead.
 */
export interface NegotiatedConnection {
  /** It is paused: call `start`, handle `received`, then call `resume`. */
  readonly connection: Connection
  readonly method: EncryptionMethod
  /**
   * The info hash from the encryption handshake (20 bytes), which the BitTorrent handshake must
   * repeat; null for method `none`.
   */
  readonly infoHash: Uint8Array | null
  /** First bytes of the peer's stream, to be handled before all others. */
  readonly received: Uint8Array
}

/**
 * Encrypts an outgoing connection. `initialPayload`: our BitTorrent handshake, which is sent along.
 *
 * Rejects with `bad-message` if the peer does not follow the protocol (many do not support
 * encryption: dial again without it if the policy is `prefer`), with `closed` if it hangs up, or
 * with the signal's reason. The connection is closed then.
 */
export function encryptOutgoing(
  connection: Connection,
  options: {
    readonly infoHash: Uint8Array
    readonly policy: 'prefer' | 'require'
    readonly random: Random
    readonly initialPayload: Uint8Array
  },
  { signal }: { signal: AbortSignal },
): Promise<NegotiatedConnection> {
  const machine = new EncryptionInitiator(options)
  return negotiate(connection, machine, signal, machine.start())
}

/**
 * Detects whether an incoming connection is plain or encrypted, and completes the encryption
 * handshake. Takes the options of `EncryptionResponder` and rejects as `encryptOutgoing` does.
 */
export function acceptEncryption(
  connection: Connection,
  options: {
    readonly policy: EncryptionPolicy
    readonly random: Random
    readonly find: (obfuscated: Uint8Array) => Uint8Array | null
  },
  { signal }: { signal: AbortSignal },
): Promise<NegotiatedConnection> {
  return negotiate(connection, new EncryptionResponder(options), signal, null)
}

function negotiate(
  connection: Connection,
  machine: { receive(bytes: Uint8Array): EncryptionStep },
  signal: AbortSignal,
  first: Uint8Array | null,
): Promise<NegotiatedConnection> {
  return new Promise((resolve, reject) => {
    let over = false
    const end = (settle: () => void) => {
      if (over) return
      over = true
      signal.removeEventListener('abort', abort)
      settle()
    }
    const fail = (error: unknown) =>
      end(() => {
        connection.close()
        reject(error)
      })
    const abort = () => fail(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    connection.start({
      onData(bytes) {
        if (over) return
        try {
          const { send, done } = machine.receive(bytes)
          if (send) connection.write(send)
          if (done) end(() => resolve(finish(connection, done)))
        } catch (error) {
          fail(error)
        }
      },
      onDrain() {},
      onClose(error) {
        fail(new ShoalError('closed', 'The peer hung up during the encryption handshake', { cause: error }))
      },
    })
    if (first) connection.write(first)
  })
}

function finish(
  pipe: Connection,
  { method, infoHash, ciphers, received, binding }: EncryptionOutcome,
): NegotiatedConnection {
  // No bytes may arrive before the caller has set its own handler.
  pipe.pause()
  const connection = ciphers ? new EncryptedConnection(pipe, ciphers) : pipe
  if (binding) connection.channelBinding = binding
  return { connection, method, infoHash, received }
}
