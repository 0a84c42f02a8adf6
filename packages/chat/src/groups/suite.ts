import type { CiphersuiteImpl } from 'ts-mls'

/** The cipher suite of all groups: suite 1 of RFC 9420, which every implementation of MLS has. */
export const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'

/** `openSuite` of `#open-suite` returns it. */
export type Suite = CiphersuiteImpl
