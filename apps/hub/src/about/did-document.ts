import { formatDidKey } from '@shoal/identity'

/**
 * Returns the DID document of a hub (W3C DID Core; https://w3c-ccg.github.io/did-method-web/), with
 * its Ed25519 key as a Multikey.
 */
export function didDocument(did: string, publicKey: Uint8Array) {
  const id = `${did}#hub`
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [
      {
        id,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: formatDidKey(publicKey).slice('did:key:'.length),
      },
    ],
    authentication: [id],
    assertionMethod: [id],
  }
}
