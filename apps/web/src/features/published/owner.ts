/** The owner of published links. Loaded when somebody publishes: it contains the cryptography. */
import { readKeyFile } from '@shoal/identity'
import { nextVersion, publishedLink, signVersion } from '@shoal/links'

interface Owner {
  readonly link: string
  /** Signs the version after the latest. */
  sign(
    latest: { readonly version: string | null; readonly infoHash: string | null },
    infoHash: string,
  ): { readonly version: string; readonly signature: string }
}

/** Opens a key file for the link of this name. Rejects with `wrong-passphrase` or `bad-key-file`. */
export async function openOwner(file: Blob, passphrase: string, name: string): Promise<Owner> {
  const owner = await readKeyFile(new Uint8Array(await file.arrayBuffer()), passphrase)
  return {
    link: publishedLink(owner, name),
    sign(latest, infoHash) {
      const version = nextVersion(latest, infoHash)
      return { version: String(version), signature: signVersion(owner, name, infoHash, version) }
    },
  }
}
