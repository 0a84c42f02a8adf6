import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EncryptionPolicy } from '../../api.ts'
import { concat, hex, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { type Random, seededRandom } from '../../base/random.ts'
import { encodeHandshake } from '../handshake.ts'
import { KEY_BYTES, KeyExchange } from './diffie-hellman.ts'
import {
  cipher,
  type EncryptionOutcome,
  type EncryptionStep,
  hashReq1,
  MAX_PAD_BYTES,
  obfuscatedInfoHash,
  xorReq3,
} from './encryption.ts'
import { EncryptionInitiator } from './initiator.ts'
import { EncryptionResponder } from './responder.ts'

const INFO_HASH = seededRandom(99).bytes(20)
const HANDSHAKE = encodeHandshake({ infoHash: INFO_HASH, peerId: new Uint8Array(20).fill(65) })

/** A random source that gives every padding the given length. */
const padded = (random: Random, length: number): Random => ({ ...random, below: () => length })

const finder = (infoHash: Uint8Array) => (obfuscated: Uint8Array) =>
  hex(obfuscated) === hex(obfuscatedInfoHash(infoHash)) ? infoHash : null

interface Setup {
  readonly seed?: number
  readonly initiator?: 'prefer' | 'require'
  readonly responder?: EncryptionPolicy
  readonly padBytes?: number
  readonly payload?: Uint8Array
  readonly sizes?: readonly number[]
}

function machines({
  seed = 1,
  initiator = 'prefer',
  responder = 'prefer',
  padBytes,
  payload = HANDSHAKE,
}: Setup) {
  const random = seededRandom(seed)
  const source = padBytes === undefined ? random : padded(random, padBytes)
  return {
    a: new EncryptionInitiator({
      infoHash: INFO_HASH,
      policy: initiator,
      random: source,
      initialPayload: payload,
    }),
    b: new EncryptionResponder({ policy: responder, random: source, find: finder(INFO_HASH) }),
  }
}

/**
 * Runs both state machines to the end, with each byte stream split by `sizes`. The responder, which
 * is the first to finish sending, appends `tail` to its last write.
 */
function converse(setup: Setup, tail = new Uint8Array(0)): { a: EncryptionOutcome; b: EncryptionOutcome } {
  const { a, b } = machines(setup)
  const sizes = setup.sizes ?? [100_000]
  let next = 0
  const feed = (machine: { receive(bytes: Uint8Array): EncryptionStep }, stream: Uint8Array) => {
    const sent: Uint8Array[] = []
    let done: EncryptionOutcome | null = null
    let rest = new Uint8Array(0)
    for (let at = 0; at < stream.length; ) {
      const size = sizes[next++ % sizes.length]!
      // This buffer is overwritten afterwards, as a transport would.
      const chunk = stream.slice(at, at + size)
      at += size
      if (done) {
        done.ciphers?.decrypt.apply(chunk)
        rest = concat([rest, chunk]) as Uint8Array<ArrayBuffer>
        continue
      }
      const step = machine.receive(chunk)
      if (step.send) sent.push(step.send)
      if (step.done) done = { ...step.done, received: step.done.received.slice() }
      chunk.fill(0xee)
    }
    return { sent: concat(sent), done: done && { ...done, received: concat([done.received, rest]) } }
  }
  const two = feed(b, a.start())
  const three = feed(a, two.sent)
  const four = feed(b, three.sent)
  if (!four.done) throw new Error('the responder is not done')
  const follow = tail.slice()
  four.done.ciphers?.encrypt.apply(follow)
  const five = feed(a, concat([four.sent, follow]))
  if (!five.done) throw new Error('the initiator is not done')
  return { a: five.done, b: four.done }
}

const sizes = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 20 })

describe('message stream encryption', () => {
  it('connects both sides, whatever the padding and however the bytes are split', () => {
    const setups = fc.record({
      seed: fc.nat(),
      responder: fc.constantFrom('prefer' as const, 'require' as const),
      padBytes: fc.oneof(fc.constantFrom(0, MAX_PAD_BYTES), fc.nat(MAX_PAD_BYTES)),
      payload: fc.oneof(fc.constant(HANDSHAKE), fc.uint8Array({ maxLength: 2000, size: 'max' })),
      sizes,
    })
    fc.assert(
      fc.property(setups, fc.uint8Array(), (setup, tail) => {
        const { a, b } = converse(setup, tail)
        const method = setup.responder === 'require' ? 'rc4' : 'plain'
        expect([a.method, b.method]).toEqual([method, method])
        expect(hex(b.infoHash!)).toBe(hex(INFO_HASH))
        expect(hex(b.received)).toBe(hex(setup.payload))
        expect(hex(a.received)).toBe(hex(tail))
        // The ciphers of both sides stay in step.
        const message = utf8('onwards')
        for (const [from, to] of [
          [a, b],
          [b, a],
        ] as const) {
          if (method === 'plain') {
            expect([from.ciphers, to.ciphers]).toEqual([null, null])
            continue
          }
          const bytes = message.slice()
          from.ciphers!.encrypt.apply(bytes)
          expect(hex(bytes)).not.toBe(hex(message))
          to.ciphers!.decrypt.apply(bytes)
          expect(hex(bytes)).toBe(hex(message))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('reveals nothing of the protocol on the wire', () => {
    const { a, b } = machines({ padBytes: 0 })
    const one = a.start()
    const two = b.receive(one).send!
    const three = a.receive(two).send!
    const four = b.receive(three).send!
    for (const bytes of [one, two, three, four]) {
      expect(hex(bytes)).not.toContain(hex(INFO_HASH))
      expect(hex(bytes)).not.toContain(hex(utf8('BitTorrent')))
    }
    expect([one.length, two.length, three.length, four.length]).toEqual([96, 96, 40 + 16 + 68, 14])
  })

  it('selects the method by the policies of both sides', () => {
    const cases: [Setup['initiator'], Setup['responder'], string][] = [
      ['prefer', 'prefer', 'plain'],
      ['prefer', 'require', 'rc4'],
      ['require', 'prefer', 'rc4'],
      ['require', 'require', 'rc4'],
    ]
    for (const [initiator, responder, method] of cases)
      expect(converse({ initiator: initiator!, responder: responder! }).b.method).toBe(method)
    expect(() => converse({ responder: 'plain' })).toThrow(/only plain/)
  })

  it('accepts plain handshakes on the same port, unless the policy forbids them', () => {
    const extra = utf8('and more')
    for (const policy of ['plain', 'prefer'] as const) {
      for (const size of [1, 7, 19, 20, 1000]) {
        const stream = concat([HANDSHAKE, extra])
        const { b } = machines({ responder: policy })
        let step: EncryptionStep = { send: null, done: null }
        let at = 0
        for (; at < stream.length && !step.done; at += size) {
          expect(step.send).toBeNull()
          step = b.receive(stream.slice(at, at + size))
        }
        expect(step.done).toMatchObject({ method: 'none', infoHash: null, ciphers: null })
        expect(hex(concat([step.done!.received, stream.subarray(at)]))).toBe(hex(stream))
      }
    }
    expect(() => machines({ responder: 'require' }).b.receive(HANDSHAKE)).toThrow(/requires encryption/)
  })

  it('rejects an unknown torrent', () => {
    const { a } = machines({})
    const b = new EncryptionResponder({ policy: 'prefer', random: seededRandom(5), find: () => null })
    const three = a.receive(b.receive(a.start()).send!).send!
    expect(() => b.receive(three)).toThrow(/unknown torrent/)
  })

  it('rejects bytes after it has finished', () => {
    const { b } = machines({})
    b.receive(HANDSHAKE)
    expect(() => b.receive(HANDSHAKE)).toThrow(ShoalError)
  })

  it('gives up early on bytes that never become a handshake', () => {
    const random = seededRandom(7)
    const limit = KEY_BYTES + MAX_PAD_BYTES + 20
    for (const machine of [machines({}).a, machines({}).b]) {
      let sent = 0
      expect(() => {
        for (; sent <= limit; sent += 10) machine.receive(random.bytes(10))
      }).toThrow(/pattern did not arrive|key/)
      expect(sent).toBeGreaterThan(KEY_BYTES)
      expect(sent).toBeLessThanOrEqual(limit)
    }
  })

  it('rejects a plain handshake as the answer to an outgoing connection', () => {
    const { a } = machines({})
    expect(() => {
      for (let i = 0; i < 20; i++) a.receive(HANDSHAKE)
    }).toThrow(ShoalError)
  })
})

/** An initiator written by hand, with all its fields under the test's control. */
function forge(fields: {
  provide?: number
  vc?: number
  padBytes?: number
  payload?: number
  policy?: EncryptionPolicy
}) {
  const { provide = 3, vc = 0, padBytes = 0, payload = 0, policy = 'prefer' } = fields
  const random = seededRandom(3)
  const keys = new KeyExchange(random)
  const b = new EncryptionResponder({ policy, random: padded(random, 0), find: finder(INFO_HASH) })
  const secret = keys.secretWith(b.receive(keys.publicKey).send!.subarray(0, KEY_BYTES))
  const encrypt = cipher('keyA', secret, INFO_HASH)
  const head = new Uint8Array(14 + Math.min(padBytes, 1000) + 2)
  const view = new DataView(head.buffer)
  view.setUint8(7, vc)
  view.setUint32(8, provide)
  view.setUint16(12, padBytes)
  view.setUint16(head.length - 2, payload)
  encrypt.apply(head)
  const decrypt = cipher('keyB', secret, INFO_HASH)
  const step = () =>
    b.receive(concat([hashReq1(secret), xorReq3(obfuscatedInfoHash(INFO_HASH), secret), head]))
  return { b, step, encrypt, decrypt }
}

describe('a responder', () => {
  it('selects plain text if nothing else is offered', () => {
    const { step, decrypt } = forge({ provide: 1 })
    const { send, done } = step()
    expect(done).toMatchObject({ method: 'plain', ciphers: null })
    decrypt.apply(send!)
    expect(hex(send!)).toBe('0000000000000000000000010000')
    expect(() => forge({ provide: 1, policy: 'require' }).step()).toThrow(/no method/)
  })

  it('decrypts the initial payload but not what follows it if plain text is selected', () => {
    const { b, step, encrypt } = forge({ provide: 1, payload: 5 })
    expect(step().done).toBeNull()
    const payload = utf8('hello')
    encrypt.apply(payload)
    const { done } = b.receive(concat([payload, utf8(' world')]))
    expect(done!.received).toEqual(utf8('hello world'))
  })

  it('ignores unknown methods in the offer', () => {
    expect(forge({ provide: 0xfffffffe }).step().done!.method).toBe('rc4')
  })

  it('rejects violations of the protocol', () => {
    expect(() => forge({ provide: 0 }).step()).toThrow(/no method/)
    expect(() => forge({ provide: 0xfc }).step()).toThrow(/no method/)
    expect(() => forge({ vc: 1 }).step()).toThrow(/constant/)
    expect(() => forge({ padBytes: MAX_PAD_BYTES + 1 }).step()).toThrow(/padding/)
    expect(forge({ padBytes: MAX_PAD_BYTES }).step().done!.method).toBe('plain')
  })
})

/** A responder written by hand. */
function forgeAnswer(select: number, padBytes: number, policy: 'prefer' | 'require' = 'prefer') {
  const random = seededRandom(4)
  const a = new EncryptionInitiator({
    infoHash: INFO_HASH,
    policy,
    random: padded(random, 0),
    initialPayload: HANDSHAKE,
  })
  const keys = new KeyExchange(random)
  const secret = keys.secretWith(a.start())
  const encrypt = cipher('keyB', secret, INFO_HASH)
  const head = new Uint8Array(14 + padBytes)
  const view = new DataView(head.buffer)
  view.setUint32(8, select)
  view.setUint16(12, padBytes)
  encrypt.apply(head)
  return () => a.receive(concat([keys.publicKey, random.bytes(MAX_PAD_BYTES), head, utf8('x')]))
}

describe('an initiator', () => {
  it('continues in plain text if that was selected', () => {
    const { done } = forgeAnswer(1, 10)()
    expect(done).toMatchObject({ method: 'plain', ciphers: null, received: utf8('x') })
  })

  it('rejects violations of the protocol', () => {
    expect(() => forgeAnswer(3, 0)()).toThrow(/selected/)
    expect(() => forgeAnswer(0, 0)()).toThrow(/selected/)
    expect(() => forgeAnswer(4, 0)()).toThrow(/selected/)
    expect(() => forgeAnswer(1, 0, 'require')()).toThrow(/not offered/)
    expect(() => forgeAnswer(2, MAX_PAD_BYTES + 1)()).toThrow(/padding/)
    expect(forgeAnswer(2, MAX_PAD_BYTES)().done!.method).toBe('rc4')
  })

  it('rejects options of the wrong size', () => {
    const options = { policy: 'prefer', random: seededRandom(1), infoHash: INFO_HASH } as const
    expect(() => new EncryptionInitiator({ ...options, initialPayload: new Uint8Array(65536) })).toThrow(
      ShoalError,
    )
    expect(
      () => new EncryptionInitiator({ ...options, infoHash: new Uint8Array(32), initialPayload: HANDSHAKE }),
    ).toThrow(ShoalError)
  })
})

describe('both sides', () => {
  it('reject damaged handshakes with one clear error or wait for more bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(2000), fc.nat(255), sizes, (seed, at, byte, chunks) => {
        const { a, b } = machines({ seed, padBytes: 30 })
        let position = 0
        const spoil = (bytes: Uint8Array | null) => {
          const copy = (bytes ?? new Uint8Array(0)).slice()
          if (at >= position && at < position + copy.length) copy[at - position] = byte
          position += copy.length
          return copy
        }
        const feed = (machine: typeof a | typeof b, bytes: Uint8Array) => {
          const sent: Uint8Array[] = []
          for (let from = 0, i = 0; from < bytes.length; i++) {
            const size = chunks[i % chunks.length]!
            const step = machine.receive(bytes.subarray(from, from + size))
            if (step.send) sent.push(step.send)
            if (step.done) break
            from += size
          }
          return concat(sent)
        }
        try {
          const two = feed(b, spoil(a.start()))
          const three = feed(a, spoil(two))
          const four = feed(b, spoil(three))
          feed(a, spoil(four))
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShoalError', code: 'bad-message' })
        }
      }),
      { numRuns: 80 },
    )
  })
})
