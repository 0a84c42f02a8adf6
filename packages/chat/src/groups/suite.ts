import type { CiphersuiteImpl } from 'ts-mls'

/** Cipher suite of all groups: suite 1 of RFC 9420, which every implementation of MLS supports. */
export const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'

/** Returned by `openSuite` of `#open-suite`. */
export type Suite = CiphersuiteImpl
