import { wordlist } from '@scure/bip39/wordlists/english.js'
import { expect, test } from 'vitest'
import { testKey } from '../devices/testing/person.ts'
import { thrownCode } from '../testing/thrown-code.ts'
import { readPersonCode, safetyWords, writePersonCode } from './safety-words.ts'

const keysOf = (person: number, root = person) => ({
  person: testKey(person).publicKey,
  root: testKey(root).publicKey,
})
const [ADA, BEN] = [keysOf(1), keysOf(2)]

test('both see the same twelve words, which stay as they are', async () => {
  const words = await safetyWords(ADA, BEN)
  expect(words).toHaveLength(12)
  expect(words.every(word => wordlist.includes(word))).toBe(true)
  expect(await safetyWords(BEN, ADA)).toEqual(words)
  expect(words.join(' ')).toBe(
    'emotion summer salad runway material scale shadow report screen push tell wire',
  )
})

test('another key of either changes the six words of that person', async () => {
  const [ada, ben] = halves(await safetyWords(ADA, BEN))
  for (const other of [keysOf(3), keysOf(1, 3)]) {
    const changed = halves(await safetyWords(other, BEN))
    const same = changed.filter(half => half === ada || half === ben)
    expect(same).toEqual(same.includes(ben!) ? [ben] : [ada])
    expect(changed).not.toEqual([ada, ben])
  }
})

function halves(words: readonly string[]): string[] {
  return [words.slice(0, 6), words.slice(6)].map(half => half.join(' '))
}

test('a code names the person and fits no other keys', () => {
  const { did, matches } = readPersonCode(` ${writePersonCode(ADA)}\n`)
  expect(did).toBe(testKey(1).did)
  expect([matches(ADA), matches(keysOf(1, 3)), matches(BEN)]).toEqual([true, false, false])
})

test('any other text is refused', () => {
  const code = writePersonCode(ADA)
  for (const wrong of [
    '',
    'shoal:person/1/',
    code.slice(0, -1),
    `${code}A`,
    `${code}/x`,
    code.replace('/1/', '/2/'),
    testKey(1).did,
    'x'.repeat(100_000),
  ])
    expect(thrownCode(() => readPersonCode(wrong))).toBe('bad-code')
})
