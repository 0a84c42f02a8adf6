import fc from 'fast-check'
import { expect, it } from 'vitest'
import { signingKey } from '#sealing'
import { hex } from '../../base/bytes.ts'
import { SealedChannel } from './handshake.ts'
import {
  pseudonymOf,
  RECEIPT_BYTES,
  readReceipt,
  receiptPair,
  receiptTorrent,
  signReceipt,
} from './receipt.ts'
import { encodeReceiptMessage, encodeSealed } from './sh-peer.ts'

const bytes = (value: number, count = 32) => new Uint8Array(count).fill(value)
const key = signingKey(bytes(1))
const receipt = {
  torrent: receiptTorrent(bytes(2, 20)),
  pair: receiptPair(bytes(3), key.publicKey),
  epoch: 1_800_000_000,
  bytes: 2 ** 40,
}

it('survives a round trip', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.maxSafeNat(), (epoch, count) => {
      const one = { ...receipt, epoch, bytes: count }
      const read = readReceipt(signReceipt(one, key), key.publicKey)
      expect([hex(read.torrent), hex(read.pair)]).toEqual([hex(one.torrent), hex(one.pair)])
      expect([read.epoch, read.bytes]).toEqual([epoch, count])
    }),
    { numRuns: 30 },
  )
})

it('is refused with any byte changed, cut, lengthened, or under another pseudonym', () => {
  const signed = signReceipt(receipt, key)
  expect(signed.length).toBe(RECEIPT_BYTES)
  for (let at = 0; at < signed.length; at += 7) {
    const changed = signed.slice()
    changed[at]! ^= 1
    expect(() => readReceipt(changed, key.publicKey)).toThrow('receipt')
  }
  expect(() => readReceipt(signed.subarray(1), key.publicKey)).toThrow('wrong form')
  expect(() => readReceipt(new Uint8Array([...signed, 0]), key.publicKey)).toThrow('wrong form')
  expect(() => readReceipt(signed, signingKey(bytes(9)).publicKey)).toThrow('did not sign')
})

it('is signed with another pseudonym for each peer, and another pair for each direction', () => {
  const [one, same, other] = [bytes(5), bytes(5), bytes(6)].map(peer => pseudonymOf(bytes(7), peer).publicKey)
  expect(one).toEqual(same)
  expect(one).not.toEqual(other)
  expect(receiptPair(one!, other!)).not.toEqual(receiptPair(other!, one!))
})

it('costs less than 0.1 % of the data that it confirms', () => {
  const channel = new SealedChannel(bytes(1), bytes(2))
  const payload = encodeSealed(channel.seal(encodeReceiptMessage(signReceipt(receipt, key))))
  // BEP 10: a length, the type of the message and the number of the extension come first.
  const share = (payload.length + 6) / (1024 * 1024)
  expect(share).toBeLessThan(0.0003)
  expect((payload.length + 6) / (256 * 1024)).toBeLessThan(0.001)
})
