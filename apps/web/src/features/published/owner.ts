/**
 * The owner of published links. Loaded when the user publishes, since it contains the cryptography.
 */
import type { KeyPair } from '@shoal/identity'
import { nextVersion, publishedLink, signVersion } from '@shoal/links'

interface Owner {
  readonly link: string
  /** Signs the version after the latest. */
  sign(
    latest: { readonly version: string | null; readonly infoHash: string | null },
    infoHash: string,
  ): { readonly version: string; readonly signature: string }
}

/** Signs with a key for the link of this name. */
export function ownerOf(owner: KeyPair, name: string): Owner {
  return {
    link: publishedLink(owner, name),
    sign(latest, infoHash) {
      const version = nextVersion(latest, infoHash)
      return { version: String(version), signature: signVersion(owner, name, infoHash, version) }
    },
  }
}
