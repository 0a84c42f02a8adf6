import { ShoalError } from '../base/errors.ts'
import type { Connection } from '../transport/transport.ts'
import type { NegotiatedConnection } from './negotiate-encryption.ts'

/** Rejects with `unsupported`: all connections of a browser are encrypted already, so pages do without message stream encryption. */
export async function encryptOutgoing(): Promise<never> {
  throw new ShoalError('unsupported', 'Message stream encryption is not available in browsers')
}

/** Resolves with the connection unchanged. */
export async function acceptEncryption(connection: Connection): Promise<NegotiatedConnection> {
  return { connection, method: 'none', infoHash: null, received: new Uint8Array(0) }
}
