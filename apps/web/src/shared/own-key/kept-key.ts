import { KeptRecord } from '../base/kept-record.ts'

/**
 * The user's key as stored in this browser: its file, encrypted with the passphrase, and the public
 * halves.
 */
export interface KeptKey {
  readonly file: Uint8Array<ArrayBuffer>
  readonly did: string
  readonly recipient: string
}

/** One record for all pages of an origin. */
export const keptKey = new KeptRecord<KeptKey>('shoal-key', 'key')

/** Stores a key. Returns false if the browser does not allow it, as in private windows. */
export async function keepKey({ file, did, recipient }: KeptKey): Promise<boolean> {
  return keptKey.save({ file, did, recipient }).then(
    () => true,
    () => false,
  )
}
