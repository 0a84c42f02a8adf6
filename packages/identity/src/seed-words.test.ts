import { expect, it } from 'vitest'
import { KeyPair } from './key-pair.ts'
import { fromSeedWords, toSeedWords } from './seed-words.ts'
import { thrownCode } from './testing/thrown-code.ts'

/** BIP 39's test vectors, for 32 bytes. */
const VECTORS = {
  '00': `${'abandon '.repeat(23)}art`,
  '7f': 'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title',
  ff: `${'zoo '.repeat(23)}vote`,
}

it('keys become the words that BIP 39 prescribes', () => {
  for (const [byte, words] of Object.entries(VECTORS)) {
    const pair = new KeyPair(Buffer.from(byte.repeat(32), 'hex'))
    expect(toSeedWords(pair)).toBe(words)
    expect(fromSeedWords(words).did).toBe(pair.did)
  }
})

it('words are read in any case and on any number of lines', () => {
  const pair = KeyPair.generate()
  const words = toSeedWords(pair)
  expect(fromSeedWords(`\n ${words.toUpperCase().replaceAll(' ', '\n\t ')} `).did).toBe(pair.did)
})

it('says which words cannot be right', () => {
  const words = VECTORS['7f']
  expect(() => fromSeedWords('')).toThrow('These are 0 words')
  expect(() => fromSeedWords(`${words} title`)).toThrow('These are 25 words')
  expect(() => fromSeedWords(words.replace('thank', 'thnak'))).toThrow('Word 3 is not in the list')
  expect(() => fromSeedWords(words.replace('legal winner', 'winner legal'))).toThrow('do not belong together')
  expect(thrownCode(() => fromSeedWords('x '.repeat(100_000)))).toBe('bad-words')
})
