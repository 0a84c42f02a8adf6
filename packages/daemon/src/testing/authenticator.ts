/** An authenticator without a browser (WebAuthn level 3, section 6), for tests. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'

const [USER_PRESENT, USER_VERIFIED, HAS_KEY] = [0x01, 0x04, 0x40]

export interface Changes {
  readonly origin?: string
  readonly challenge?: string
  readonly domain?: string
  readonly counter?: number
  /** Default: the user was present and verified by fingerprint. */
  readonly flags?: number
  /** Format of its attestation statement. Default: none. */
  readonly format?: string
}

/** One passkey, ES256. */
export class TestPasskey {
  readonly id = randomBytes(32)
  readonly #origin: string
  readonly #key: { publicKey: KeyObject; privateKey: KeyObject }

  constructor(origin: string) {
    this.#origin = origin
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  create(options: PasskeyCreation, changes: Changes = {}): NewPasskey {
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' })
    const key = map([
      [int(1), int(2)],
      [int(3), int(-7)],
      [int(-1), int(1)],
      [int(-2), bytes(Buffer.from(x!, 'base64url'))],
      [int(-3), bytes(Buffer.from(y!, 'base64url'))],
    ])
    const length = Buffer.from([0, this.id.length])
    const credential = Buffer.concat([Buffer.alloc(16), length, this.id, key])
    const data = this.#data(options.rp.id, { flags: USER_PRESENT | USER_VERIFIED, ...changes }, credential)
    const statement = map([
      [text('fmt'), text(changes.format ?? 'none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(data)],
    ])
    const client = this.#clientData('webauthn.create', options.challenge, changes)
    return {
      id: encode(this.id),
      clientDataJSON: encode(client),
      attestationObject: encode(statement),
      transports: ['internal'],
    }
  }

  answer(options: PasskeyRequest, changes: Changes = {}): PasskeyAnswer {
    const data = this.#data(options.rpId, { flags: USER_PRESENT | USER_VERIFIED, ...changes })
    const client = this.#clientData('webauthn.get', options.challenge, changes)
    const signed = Buffer.concat([data, sha256(client)])
    return {
      id: encode(this.id),
      clientDataJSON: encode(client),
      authenticatorData: encode(data),
      signature: encode(sign('sha256', signed, this.#key.privateKey)),
    }
  }

  #data(
    domain: string,
    { domain: other, counter = 0, flags = 0 }: Changes,
    credential: Buffer = Buffer.alloc(0),
  ): Buffer {
    const head = Buffer.alloc(5)
    head.writeUInt8(flags | (credential.length > 0 ? HAS_KEY : 0))
    head.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(other ?? domain), head, credential])
  }

  #clientData(type: string, asked: string, { challenge = asked, origin = this.#origin }: Changes): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }
}

function encode(data: Uint8Array): string {
  return Buffer.from(data).toString('base64url')
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest()
}

// Minimal CBOR (RFC 8949).
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255])
}
const int = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value))
const bytes = (data: Uint8Array) => Buffer.concat([head(2, data.length), data])
const text = (data: string) => Buffer.concat([head(3, data.length), Buffer.from(data)])
const map = (pairs: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([head(5, pairs.length), ...pairs.flat()])
