import { scryptAsync } from '@noble/hashes/scrypt.js'
import type { Scrypt } from './scrypt.ts'

/** 512 MiB of memory, a reasonable limit for a tab. Debian's age uses 18. */
export const MAX_WORK_FACTOR = 19

/** Yields every 50 ms to keep a page responsive; preferably run it in a worker. */
export const scrypt: Scrypt = (passphrase, salt, workFactor) =>
  scryptAsync(passphrase, salt, {
    N: 2 ** workFactor,
    r: 8,
    p: 1,
    dkLen: 32,
    asyncTick: 50,
    maxmem: 128 * 8 * 2 ** workFactor + (1 << 20),
  })
