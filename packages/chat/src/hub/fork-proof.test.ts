import { signHead } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { expect, it } from 'vitest'
import { readForkProof, writeForkProof } from './fork-proof.ts'

const hub = KeyPair.generate()
const bytes = (value: number) => new Uint8Array(32).fill(value)
const head = ({ room = 1, sequence = 5, hash = 2, signer = hub } = {}) =>
  signHead({ room: bytes(room), sequence, hash: bytes(hash) }, signer, 1_800_000_000 + hash)

it('says which hub signed two entries for one number of a room', () => {
  const text = writeForkProof([head(), head({ hash: 3 })])
  const wrapped = text.replace(/.{60}/g, '$&\n')
  expect(readForkProof(wrapped)).toEqual({
    ...{ hub: hub.did, room: bytes(1), sequence: 5 },
    heads: [
      { hash: bytes(2), signedMs: 1_800_000_002_000 },
      { hash: bytes(3), signedMs: 1_800_000_003_000 },
    ],
  })
})

it.each([
  ['the same entry', head()],
  ['another number', head({ hash: 3, sequence: 6 })],
  ['another room', head({ hash: 3, room: 4 })],
  ['another hub', head({ hash: 3, signer: KeyPair.generate() })],
])('refuses two heads that do not contradict each other: %s', (_, other) => {
  expect(() => readForkProof(writeForkProof([head(), other]))).toThrow('do not contradict')
})

it('refuses what the hub did not sign', () => {
  const forged = head({ hash: 3 })
  for (let at = 0; at < forged.length; at += 3) {
    const altered = forged.slice()
    altered[at]! ^= 1
    expect(() => readForkProof(writeForkProof([head(), altered])), `${at}`).toThrow(
      /forged|do not contradict/,
    )
  }
})

it.each(['', 'x', 'shoal-hub-proof:', 'shoal-hub-proof:!!', 'shoal-hub-proof:gA', 'a'.repeat(100_000)])(
  'refuses another text',
  text => expect(() => readForkProof(text)).toThrow('not a proof'),
)
