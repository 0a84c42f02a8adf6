import { scryptAsync } from '@noble/hashes/scrypt.js'
import type { Scrypt } from './scrypt.ts'

/** 512 MiB of memory: what a tab can be asked for. Debian's age makes 18. */
export const MAX_WORK_FACTOR = 19

/** Lets others run every 50 ms, so that a page stays alive; a worker is the better place. */
export const scrypt: Scrypt = (passphrase, salt, workFactor) =>
  scryptAsync(passphrase, salt, {
    N: 2 ** workFactor,
    r: 8,
    p: 1,
    dkLen: 32,
    asyncTick: 50,
    maxmem: 128 * 8 * 2 ** workFactor + (1 << 20),
  })
