/**
 * Passkeys (WebAuthn level 3) of a server with several pages and processes. No state is kept
 * between the two halves of a ceremony: the challenge carries its own seal (`Challenges`), so a
 * flood of requests takes no memory. The caller stores passkeys and accepts each challenge once.
 */

import { isIP } from 'node:net'
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'
import { Failure } from '../failure.ts'

/**
 * EdDSA, ES256, RS256 (COSE, RFC 9053): those supported by authenticators. Without this list the
 * library requests others from Node, which prints a warning about an experimental feature.
 */
const ALGORITHMS = [-8, -7, -257]
const TIMEOUT_MS = 120_000

/** The part of a passkey that a server stores. */
export interface PasskeyKey {
  /** The credential id, 1 to 1,023 bytes. */
  readonly id: Uint8Array
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** Signature counter of its authenticator; 0 if it has none. */
  readonly counter: number
}

/**
 * Returns the domain for which an origin's passkeys are valid. Browsers support only https domains
 * and `localhost`: null for other origins.
 */
export function passkeyDomain(origin: string): string | null {
  const url = URL.parse(origin)
  if (!url || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return null
  const isLocal = url.hostname === 'localhost' || url.hostname.endsWith('.localhost')
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? url.hostname : null
}

export interface NewPasskeyOptions {
  readonly origin: string
  /** See `Challenges.make`. */
  readonly nonce: string
  /** Name of the server as shown by the browser. */
  readonly title: string
  /** `id`: up to 64 bytes that reveal no name. `name`: as shown by the browser. */
  readonly user: { readonly id: Uint8Array; readonly name: string }
  /** Ids of the user's existing passkeys. */
  readonly existing: readonly Uint8Array[]
}

/** Returns a request to create a passkey. Throws `no-passkeys` if the origin cannot have any. */
export function askForNew({ origin, nonce, title, user, existing }: NewPasskeyOptions): PasskeyCreation {
  return {
    challenge: encode(Buffer.from(nonce)),
    rp: { id: domainOf(origin), name: title },
    user: { id: encode(user.id), name: user.name, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map(alg => ({ alg, type: 'public-key' })),
    excludeCredentials: existing.map(id => ({ id: encode(id), type: 'public-key' })),
    // It is discoverable without a user name, and is a login by itself, so it has to require a
    // fingerprint, a face or a PIN.
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    timeout: TIMEOUT_MS,
  }
}

/**
 * Returns a request for a login with any passkey of the origin. Throws `no-passkeys` if the origin
 * cannot have any.
 */
export function askForLogin(origin: string, nonce: string): PasskeyRequest {
  const challenge = encode(Buffer.from(nonce))
  return { challenge, rpId: domainOf(origin), userVerification: 'required', timeout: TIMEOUT_MS }
}

/**
 * Verifies a new passkey: its form, challenge, origin and domain, and that its user was verified.
 * `isOpen`: returns whether a challenge is open. Rejects with `bad-passkey`, `no-passkeys`. The
 * second member of the result is the answered challenge.
 */
export async function verifyNew(
  given: NewPasskey,
  { origin, isOpen }: { readonly origin: string; readonly isOpen: (nonce: string) => boolean },
): Promise<readonly [passkey: PasskeyKey, nonce: string]> {
  const domain = domainOf(origin)
  return checking(async () => {
    const [{ verifyRegistrationResponse }, { decodeAttestationObject }] = await Promise.all([
      import('@simplewebauthn/server'),
      import('@simplewebauthn/server/helpers'),
    ])
    // Attestation is not requested. Verifying it would mean parsing certificates and fetching what
    // they reference.
    const statement = decodeAttestationObject(bytesOf(given.attestationObject))
    const isPlain = statement.get('fmt') === 'none'
    if (!isPlain && (statement.get('fmt') !== 'packed' || statement.get('attStmt').get('x5c')))
      throw new Error('the statement of its manufacturer was not asked for')
    let nonce = ''
    const { clientDataJSON, attestationObject, id } = given
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge => {
        nonce = textOf(challenge)
        return isOpen(nonce)
      },
      expectedOrigin: origin,
      expectedRPID: domain,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified) throw new Error('its signature is wrong')
    const { credential } = registrationInfo
    const passkey = { publicKey: credential.publicKey, counter: credential.counter }
    return [{ id: bytesOf(credential.id), ...passkey }, nonce]
  })
}

/**
 * Verifies a login with a known passkey, like `verifyNew`. Rejects with `bad-passkey`,
 * `no-passkeys`. Returns the new counter, which must have increased unless it is 0, and the
 * answered challenge.
 */
export async function verifyLogin(
  given: PasskeyAnswer,
  passkey: PasskeyKey,
  { origin, isOpen }: { readonly origin: string; readonly isOpen: (nonce: string) => boolean },
): Promise<readonly [counter: number, nonce: string]> {
  const domain = domainOf(origin)
  return checking(async () => {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
    let nonce = ''
    const { id, ...response } = given
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
      expectedChallenge: challenge => {
        nonce = textOf(challenge)
        return isOpen(nonce)
      },
      expectedOrigin: origin,
      expectedRPID: domain,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: Uint8Array.from(passkey.publicKey),
        counter: passkey.counter,
      },
    })
    if (!verified) throw new Error('its signature is wrong')
    return [authenticationInfo.newCounter, nonce]
  })
}

export function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}

function textOf(challenge: string): string {
  return Buffer.from(challenge, 'base64url').toString('latin1')
}

function domainOf(origin: string): string {
  const domain = passkeyDomain(origin)
  if (domain === null)
    throw new Failure(
      'no-passkeys',
      'browsers have passkeys for names with https and for localhost only: open this page there',
      { field: 'origin' },
    )
  return domain
}

/** Whatever the library throws for a malformed response is a single error to the client. */
async function checking<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    throw new Failure('bad-passkey', 'this passkey cannot be accepted: begin again', { field: 'id', cause })
  }
}
