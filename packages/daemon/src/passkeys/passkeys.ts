/**
 * Passkeys (WebAuthn level 3) of a server that several pages and processes may use. Nothing is kept between the two halves of a ceremony: the challenge carries its own seal
 * (`Challenges`), so that a flood of requests takes no memory. The caller keeps passkeys and accepts each challenge once.
 */

import { isIP } from 'node:net'
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'
import { Failure } from '../failure.ts'

/** EdDSA, ES256, RS256 (COSE, RFC 9053): what authenticators have. Without them the library asks Node for more, which prints a warning about an experiment. */
const ALGORITHMS = [-8, -7, -257]
const TIMEOUT_MS = 120_000

/** The part of a passkey that a server keeps. */
export interface PasskeyKey {
  /** The credential id, 1 to 1,023 bytes. */
  readonly id: Uint8Array
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** The signature counter of its authenticator; 0 if that has none. */
  readonly counter: number
}

/** Returns the domain for which passkeys of an origin are valid. Browsers have them for domains with https and for `localhost` only: null for other origins. */
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
  /** The name of the server, as the browser shows it. */
  readonly title: string
  /** `id`: up to 64 bytes that name nobody to others. `name`: as the browser shows it. */
  readonly user: { readonly id: Uint8Array; readonly name: string }
  /** The ids of passkeys that the user has already. */
  readonly existing: readonly Uint8Array[]
}

/** Returns a request to make a passkey. Throws `no-passkeys` if the origin cannot have any. */
export function askForNew({ origin, nonce, title, user, existing }: NewPasskeyOptions): PasskeyCreation {
  return {
    challenge: encode(Buffer.from(nonce)),
    rp: { id: domainOf(origin), name: title },
    user: { id: encode(user.id), name: user.name, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map(alg => ({ alg, type: 'public-key' })),
    excludeCredentials: existing.map(id => ({ id: encode(id), type: 'public-key' })),
    // It is found without a user name, and is a login by itself, so that it has to ask for a finger, a face or a PIN.
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    timeout: TIMEOUT_MS,
  }
}

/** Returns a request for a login with any passkey of the origin. Throws `no-passkeys` if the origin cannot have any. */
export function askForLogin(origin: string, nonce: string): PasskeyRequest {
  const challenge = encode(Buffer.from(nonce))
  return { challenge, rpId: domainOf(origin), userVerification: 'required', timeout: TIMEOUT_MS }
}

/**
 * Checks a new passkey: its form, challenge, origin and domain, and that its user was asked. `isOpen`: whether a challenge is. Rejects with `bad-passkey`, `no-passkeys`. The second
 * member of the result is the challenge that it answers.
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
    // Statements of manufacturers are not asked for. Checking one means to parse certificates and to fetch what they name.
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
 * Checks a login with a known passkey, as `verifyNew` does. Rejects with `bad-passkey`, `no-passkeys`. Returns the new counter, which must have grown unless it is 0, and the challenge
 * that it answers.
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

/** Whatever a foreign answer makes the library throw is one error to the client. */
async function checking<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    throw new Failure('bad-passkey', 'this passkey cannot be accepted: begin again', { field: 'id', cause })
  }
}
