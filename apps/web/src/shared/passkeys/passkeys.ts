/**
 * Passkeys in the browser: creates or requests one, and obtains the secret with which it can
 * decrypt a key.
 */
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'
import { PRF_INPUT } from '@shoal/identity/passkey-secret'
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser'

/**
 * Returns whether passkeys are available: not at IP addresses, and without https only at
 * `localhost`.
 */
export function hasPasskeys(): boolean {
  return browserSupportsWebAuthn() && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname)
}

/** The user closed the browser's dialog, or it timed out. */
export class PasskeyCancelled extends Error {}

/**
 * `secret`: 32 bytes that only this passkey computes (PRF); null if the authenticator or the
 * browser does not support it.
 */
export interface Secret {
  readonly secret: Uint8Array | null
}

export type MadePasskey = Secret & { readonly passkey: NewPasskey }

/**
 * Creates a passkey. Many authenticators compute the secret only when the passkey is requested
 * afterwards. Rejects with PasskeyCancelled.
 */
export async function makePasskey(options: PasskeyCreation): Promise<MadePasskey> {
  const { id, response, clientExtensionResults } = await asking(() =>
    startRegistration({ optionsJSON: { ...options, extensions: { ...PRF } } }),
  )
  const { clientDataJSON, attestationObject, transports = [] } = response
  return {
    passkey: { id, clientDataJSON, attestationObject, transports },
    secret: secretOf(clientExtensionResults),
  }
}

/** Requests a passkey of this site. Rejects with PasskeyCancelled. */
export async function askForPasskey(
  options: PasskeyRequest,
): Promise<Secret & { readonly answer: PasskeyAnswer }> {
  const { id, response, clientExtensionResults } = await asking(() =>
    startAuthentication({ optionsJSON: { ...options, extensions: { ...PRF } } }),
  )
  const { clientDataJSON, authenticatorData, signature } = response
  // The secret never leaves the page: only the members that the server checks are sent.
  return {
    answer: { id, clientDataJSON, authenticatorData, signature },
    secret: secretOf(clientExtensionResults),
  }
}

const PRF = { prf: { eval: { first: PRF_INPUT } } }

interface Results {
  readonly prf?: { readonly results?: { readonly first?: ArrayBuffer | ArrayBufferView } }
}

function secretOf(results: object): Uint8Array | null {
  const first = (results as Results).prf?.results?.first
  if (first === undefined) return null
  return first instanceof ArrayBuffer ? new Uint8Array(first) : new Uint8Array(first.buffer)
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError'))
      throw new PasskeyCancelled('cancelled', { cause: error })
    throw error
  }
}
