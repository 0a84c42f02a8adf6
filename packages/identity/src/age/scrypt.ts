/**
 * Computes 32 bytes of scrypt with r = 8, p = 1 and N = 2^workFactor, which takes 1 KiB of memory
 * times N.
 */
export type Scrypt = (passphrase: string, salt: Uint8Array, workFactor: number) => Promise<Uint8Array>
