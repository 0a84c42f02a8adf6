import { scrypt as nodeScrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Scrypt } from './scrypt.ts'

/** 1 GiB of memory and a few seconds. Debian's age uses 18. */
export const MAX_WORK_FACTOR = 20

const derive = promisify<
  string,
  Uint8Array,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(nodeScrypt)

/** Runs in another thread. */
export const scrypt: Scrypt = async (passphrase, salt, workFactor) => {
  const N = 2 ** workFactor
  return new Uint8Array(
    await derive(passphrase, salt, 32, { N, r: 8, p: 1, maxmem: 128 * 8 * N + (1 << 20) }),
  )
}
