/** A root key as 24 words (BIP 39), for paper. */
import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { IdentityError } from './identity-error.ts'
import { KeyPair } from './key-pair.ts'

const WORDS = 24

/**
 * Returns the 32 secret bytes of a key as 24 English words, the last of which has a checksum.
 * Anyone who reads them can act as the owner.
 */
export function toSeedWords(keyPair: KeyPair): string {
  return entropyToMnemonic(keyPair.exportSecret().seed, wordlist)
}

/**
 * Reads the words from `toSeedWords`, in any case, with any white space between them. Throws
 * `bad-words` with the reason.
 */
export function fromSeedWords(text: string): KeyPair {
  const words = text.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean)
  const wrong = (why: string) =>
    new IdentityError('bad-words', `${why}. Compare them with what you wrote down.`)
  if (words.length !== WORDS) throw wrong(`These are ${words.length} words, and a key has ${WORDS}`)
  const unknown = words.findIndex(word => !wordlist.includes(word))
  if (unknown >= 0) throw wrong(`Word ${unknown + 1} is not in the list of BIP 39`)
  const mnemonic = words.join(' ')
  if (!validateMnemonic(mnemonic, wordlist))
    throw wrong('These words do not belong together: one is another, or two have changed places')
  return new KeyPair(mnemonicToEntropy(mnemonic, wordlist))
}
