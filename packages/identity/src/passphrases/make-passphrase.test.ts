import { wordlist } from '@scure/bip39/wordlists/english.js'
import { expect, test } from 'vitest'
import { makePassphrase } from './make-passphrase.ts'
import { estimateStrength, isWeak } from './strength.ts'

test('makes six words of the list, others each time, that are strong', async () => {
  expect(wordlist).toHaveLength(2048)
  const made = await Promise.all(Array.from({ length: 200 }, () => makePassphrase()))
  expect(new Set(made).size).toBe(200)
  for (const passphrase of made) {
    expect(passphrase.split(' ').every(word => wordlist.includes(word))).toBe(true)
    expect(passphrase.split(' ')).toHaveLength(6)
    expect(estimateStrength(passphrase).strength).toBe('strong')
  }
})

test.each([
  ['abc', true],
  ['green herring', true],
  ['green herring lamp boat', false],
])('“%s” is weak: %s', (passphrase, expected) => expect(isWeak(passphrase)).toBe(expected))
