import { estimateStrength } from './strength.ts'

/**
 * 66 bits: at a guess per second and core (see docs/sealed-shares.md), a million cores need a
 * million years.
 */
const WORDS = 6

/**
 * Returns six random words of BIP 39's English list: different in their first four letters, easy
 * to read out. Only this function loads the list.
 */
export async function makePassphrase(): Promise<string> {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  for (;;) {
    // 2048 words: the lower 11 bits are uniform.
    const numbers = crypto.getRandomValues(new Uint16Array(WORDS))
    const words = Array.from(numbers, number => wordlist[number % wordlist.length]!)
    const passphrase = words.join(' ')
    // The rare result that repeats a word, or has several very common words.
    if (estimateStrength(passphrase).strength === 'strong') return passphrase
  }
}
