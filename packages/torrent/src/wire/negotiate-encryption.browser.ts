import { ShoalError } from '../base/errors.ts'
import type { Connection } from '../transport/transport.ts'
import type { NegotiatedConnection } from './negotiate-encryption.ts'

/** All pipes of a browser are encrypted by themselves, so message stream encryption is not part of a page. Rejects with `unsupported`. */
export async function encryptOutgoing(): Promise<never> {
  throw new ShoalError('unsupported', 'browsers open no pipe that needs message stream encryption')
}

/** The connection as it is. */
export async function acceptEncryption(connection: Connection): Promise<NegotiatedConnection> {
  return { connection, method: 'none', infoHash: null, received: new Uint8Array(0) }
}
