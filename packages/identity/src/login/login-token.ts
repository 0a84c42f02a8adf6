/**
 * Logins: a device proves to a hub or node that it acts for a person, by a self-issued ID token
 * (SIOPv2, a JWT of RFC 7519) bound to the address of the server, to the server's challenge and to
 * the time.
 */
import { base64urlnopad } from '@scure/base'
import { errors, importJWK, jwtVerify } from 'jose'
import type { Signer } from '../devices/signed-cbor.ts'
import { formatDidKey, parseDidKey } from '../did-key.ts'
import { IdentityError } from '../identity-error.ts'

/** Maximum length of a token, in characters. */
export const MAX_LOGIN_TOKEN_LENGTH = 2048
/** Maximum validity of a token. */
export const LOGIN_TOKEN_SECONDS = 300
/** Tolerance for differences between clocks. */
const CLOCK_SECONDS = 60

export interface Login {
  /**
   * The person for whom the device acts. The caller checks that the person's device list has the
   * device.
   */
  readonly person: string
  /** The login key of the device, Ed25519, 32 bytes. */
  readonly deviceKey: Uint8Array
}

export interface LoginChallenge {
  /** The origin of the server, such as `https://hub.example.org`. */
  readonly audience: string
  /** The server's challenge. */
  readonly nonce: string
}

type NewLogin = LoginChallenge & { readonly person: string }

/**
 * Returns a JWT in which the device, as `iss` and `sub`, states that it acts for `person`.
 * `unixSeconds`: now.
 */
export function signLoginToken(login: NewLogin, device: Signer, unixSeconds: number): string {
  const text = textOf(login, device.publicKey, unixSeconds)
  return `${text}.${base64urlnopad.encode(device.sign(new TextEncoder().encode(text)))}`
}

/** The same with a key that signs asynchronously, such as a non-extractable key of Web Crypto. */
export async function signLoginTokenWith(
  login: NewLogin,
  device: { readonly publicKey: Uint8Array; sign(message: Uint8Array): Promise<Uint8Array> },
  unixSeconds: number,
): Promise<string> {
  const text = textOf(login, device.publicKey, unixSeconds)
  return `${text}.${base64urlnopad.encode(await device.sign(new TextEncoder().encode(text)))}`
}

/** Header and claims, which are signed. */
function textOf({ person, audience, nonce }: NewLogin, publicKey: Uint8Array, unixSeconds: number): string {
  const did = formatDidKey(publicKey)
  // Both the DID and its fragment: this is how did:key documents name their only key.
  const header = { alg: 'EdDSA', typ: 'JWT', kid: `${did}#${did.slice('did:key:'.length)}` }
  const claims = {
    ...{ iss: did, sub: did, aud: audience, nonce, person },
    ...{ iat: unixSeconds, exp: unixSeconds + LOGIN_TOKEN_SECONDS },
  }
  return `${toPart(header)}.${toPart(claims)}`
}

/**
 * Checks a token: its form, signature, audience, nonce and time. Rejects with `bad-login`. The
 * caller accepts each nonce once. `unixSeconds`: now.
 */
export async function verifyLoginToken(
  token: string,
  { audience, nonce }: LoginChallenge,
  unixSeconds: number,
): Promise<Login> {
  if (token.length > MAX_LOGIN_TOKEN_LENGTH) throw bad('It is too long')
  try {
    const deviceKey = parseDidKey(issuerOf(token))
    const { payload } = await jwtVerify(token, await importJWK(toJwk(deviceKey), 'EdDSA'), {
      ...{ audience, algorithms: ['EdDSA'], typ: 'JWT', clockTolerance: CLOCK_SECONDS },
      ...{ currentDate: new Date(1000 * unixSeconds), maxTokenAge: LOGIN_TOKEN_SECONDS },
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'person'],
    })
    if (payload.sub !== payload.iss) throw bad('Its issuer and its subject differ')
    if (payload.nonce !== nonce) throw bad('It answers another challenge')
    if (typeof payload.person !== 'string') throw bad('It names nobody')
    parseDidKey(payload.person)
    return { person: payload.person, deviceKey }
  } catch (cause) {
    if (cause instanceof IdentityError && cause.code === 'bad-login') throw cause
    if (cause instanceof errors.JWTExpired) throw bad('It has expired: check the clock of this device', cause)
    throw bad('It was signed for another server, changed, or not signed by its device', cause)
  }
}

/** Returns the claim `iss`, before anything is checked. */
function issuerOf(token: string): string {
  const [, claims = ''] = token.split('.')
  const { iss } = JSON.parse(new TextDecoder().decode(base64urlnopad.decode(claims)))
  return String(iss)
}

function toPart(value: object): string {
  return base64urlnopad.encode(new TextEncoder().encode(JSON.stringify(value)))
}

function toJwk(publicKey: Uint8Array) {
  return { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(publicKey) }
}

function bad(why: string, cause?: unknown): IdentityError {
  return new IdentityError('bad-login', `This login cannot be accepted. ${why}.`, { cause })
}
