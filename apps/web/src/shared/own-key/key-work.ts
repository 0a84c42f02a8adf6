/** The cryptography of key files. Loaded when the user creates or opens one. */
import { KeyPair, readKeyFile, writeKeyFile } from '@shoal/identity'
import type { KeptKey } from './kept-key.ts'

/** Creates a key and its file, as `shoal key new` does. */
export async function makeKey(passphrase: string): Promise<{ pair: KeyPair; made: KeptKey }> {
  const pair = KeyPair.generate()
  const file = (await writeKeyFile(pair, passphrase)) as Uint8Array<ArrayBuffer>
  return { pair, made: { file, did: pair.did, recipient: pair.recipient } }
}

/** Opens a key file. Rejects with `wrong-passphrase` or `bad-key-file`. */
export async function openKey(
  file: Uint8Array<ArrayBuffer>,
  passphrase: string,
): Promise<{ pair: KeyPair; made: KeptKey }> {
  const pair = await readKeyFile(file, passphrase)
  return { pair, made: { file, did: pair.did, recipient: pair.recipient } }
}
