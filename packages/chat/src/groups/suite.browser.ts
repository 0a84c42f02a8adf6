import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { getCiphersuiteFromName, getCiphersuiteImpl, nobleCryptoProvider } from 'ts-mls'
import { SUITE, type Suite } from './suite.ts'

/**
 * Returns the suite. Its functions take half the time of those over Web Crypto, where each short
 * message waits in turn. The library still derives keys with Web Crypto, five times per message and
 * hundreds of times per commit: with this suite that does not wait.
 */
export async function openSuite(): Promise<Suite> {
  const suite = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE), nobleCryptoProvider)
  return {
    ...suite,
    // Browsers and nodes must agree on valid signatures, since a commit accepted only by some
    // splits the group.
    signature: {
      ...suite.signature,
      verify: async (publicKey, message, signature) => verifyEd25519(publicKey, message, signature),
    },
    kdf: {
      ...suite.kdf,
      extract: async (salt, ikm) => extract(sha256, new Uint8Array(ikm), new Uint8Array(salt)),
      expand: async (prk, info, length) => expand(sha256, new Uint8Array(prk), new Uint8Array(info), length),
    },
  }
}
