import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signingKey } from '#sealing'
import { concat, fromHex, fromLatin1, hex } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import {
  type ConnectionEnd,
  type ConnectionFacts,
  type RecognitionError,
  RecognitionHandshake,
} from './handshake.ts'
import { encodeOpenerProof, MAX_SH_PEER_BYTES, parseShPeer, type ShPeerMessage } from './sh-peer.ts'

const random = seededRandom(12)
const bytes = (count: number, value: number) => new Uint8Array(count).fill(value)
const KEYS = { opener: signingKey(bytes(32, 1)), acceptor: signingKey(bytes(32, 2)) }
const FACTS: ConnectionFacts = {
  infoHash: bytes(20, 3),
  peerIds: { opener: bytes(20, 4), acceptor: bytes(20, 5) },
  binding: bytes(32, 6),
}

const side = (end: ConnectionEnd, facts: Partial<ConnectionFacts> = {}, key = KEYS[end]) =>
  new RecognitionHandshake({ end, key, facts: { ...FACTS, ...facts }, random })
type Message = Parameters<RecognitionHandshake['receive']>[0]
const read = (payload: Uint8Array | null) => parseShPeer(payload!) as Message
const reasonOf = (action: () => unknown) => {
  try {
    action()
  } catch (error) {
    return (error as RecognitionError).reason
  }
  return 'accepted'
}

/** Both sides after a complete exchange. */
function exchange(opener = side('opener'), acceptor = side('acceptor')) {
  const greeting = acceptor.start()
  const openerProof = opener.receive(read(greeting)).send!
  const { send, done: atAcceptor } = acceptor.receive(read(openerProof))
  const { done: atOpener } = opener.receive(read(send))
  return {
    greeting,
    openerProof,
    acceptorProof: send!,
    atAcceptor: atAcceptor!,
    atOpener: atOpener!,
    opener,
    acceptor,
  }
}

describe('the key exchange of sh_peer', () => {
  it('proves the network key of each side to the other, the opener first', () => {
    const { atAcceptor, atOpener } = exchange()
    expect(atAcceptor.peer).toEqual(KEYS.opener.publicKey)
    expect(atOpener.peer).toEqual(KEYS.acceptor.publicKey)
    expect(atOpener.channel.open(atAcceptor.channel.seal(bytes(3, 7)))).toEqual(bytes(3, 7))
    expect(atAcceptor.channel.open(atOpener.channel.seal(bytes(3, 8)))).toEqual(bytes(3, 8))
  })

  it('shows neither key to who reads along', () => {
    const { greeting, openerProof, acceptorProof } = exchange()
    const wire = hex(concat([greeting!, openerProof!, acceptorProof!]))
    for (const { publicKey } of Object.values(KEYS)) expect(wire).not.toContain(hex(publicKey))
  })

  it.each([
    ['another secret of the connection', { binding: bytes(32, 9) }],
    ['no secret of the connection', { binding: new Uint8Array(0) }],
    ['another torrent', { infoHash: bytes(20, 9) }],
    ['a peer ID of its own', { peerIds: { ...FACTS.peerIds, acceptor: bytes(20, 9) } }],
    ['the peer IDs the other way round', { peerIds: { opener: bytes(20, 5), acceptor: bytes(20, 4) } }],
  ])('is refused when relayed by somebody in the middle with %s', (_, facts) => {
    const acceptor = side('acceptor')
    const opener = side('opener', facts)
    const { send } = opener.receive(read(acceptor.start()))
    expect(reasonOf(() => acceptor.receive(read(send)))).toBe('not-proved')
  })

  it('is refused when replayed on another connection', () => {
    const { openerProof, greeting, acceptorProof } = exchange()
    const acceptor = side('acceptor')
    acceptor.start()
    expect(reasonOf(() => acceptor.receive(read(openerProof)))).toBe('not-proved')
    const opener = side('opener')
    opener.receive(read(greeting))
    expect(reasonOf(() => opener.receive(read(acceptorProof)))).toBe('not-proved')
  })

  it('is refused when reflected', () => {
    const acceptor = side('acceptor')
    const greeting = acceptor.start()
    expect(reasonOf(() => acceptor.receive(read(greeting)))).toBe('unexpected')
    const other = side('acceptor')
    const { key } = read(other.start()) as { key: Uint8Array }
    expect(reasonOf(() => other.receive(read(encodeOpenerProof(key, bytes(112, 0)))))).toBe('reflected')
    // The opener's own proof comes back as the acceptor's.
    const opener = side('opener')
    const proof = read(opener.receive(read(side('acceptor').start())).send) as { box: Uint8Array }
    expect(reasonOf(() => opener.receive({ type: 'acceptor-proof', box: proof.box }))).toBe('not-proved')
    // Both ends are the same node.
    const self = side('opener', {}, KEYS.acceptor)
    const end = side('acceptor')
    const { send } = self.receive(read(end.start()))
    expect(reasonOf(() => end.receive(read(send)))).toBe('reflected')
  })

  it('is refused when repeated or out of order', () => {
    const { opener, acceptor, greeting, openerProof, acceptorProof } = exchange()
    expect(reasonOf(() => opener.receive(read(greeting)))).toBe('unexpected')
    expect(reasonOf(() => opener.receive(read(acceptorProof)))).toBe('unexpected')
    expect(reasonOf(() => acceptor.receive(read(openerProof)))).toBe('unexpected')
    expect(reasonOf(() => side('opener').receive(read(acceptorProof)))).toBe('unexpected')
    expect(reasonOf(() => side('acceptor').receive(read(openerProof)))).toBe('unexpected')
    expect(() => opener.start()).toThrow()
    expect(() => acceptor.start()).toThrow()
  })

  it.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    // With the highest bit, which RFC 7748 ignores.
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
  ])('is refused with the small-order key %s', point => {
    const key = fromHex(point)!
    expect(reasonOf(() => side('opener').receive({ type: 'greeting', version: 1, key }))).toBe('weak-key')
    const acceptor = side('acceptor')
    acceptor.start()
    expect(reasonOf(() => acceptor.receive({ type: 'opener-proof', key, box: bytes(112, 0) }))).toBe(
      'weak-key',
    )
  })

  it('is refused with a signature of another key, or by a key that anybody can sign for', () => {
    const sign = KEYS.acceptor.sign
    const acceptor = side('acceptor')
    const thief = side(
      'opener',
      {},
      { publicKey: KEYS.opener.publicKey, sign: message => signingKey(bytes(32, 9)).sign(message) },
    )
    expect(reasonOf(() => acceptor.receive(read(thief.receive(read(acceptor.start())).send)))).toBe(
      'not-proved',
    )
    // The neutral element: R = B·s with s = 1 verifies for every message.
    const publicKey = fromHex(`01${'00'.repeat(31)}`)!
    const base = fromHex('5866666666666666666666666666666666666666666666666666666666666666')!
    const anybody = { publicKey, sign: () => new Uint8Array([...base, 1, ...bytes(31, 0)]) }
    const end = side('acceptor', {}, { ...KEYS.acceptor, sign })
    expect(
      reasonOf(() => end.receive(read(side('opener', {}, anybody).receive(read(end.start())).send))),
    ).toBe('not-proved')
  })

  it('notices each changed byte of a proof', () => {
    fc.assert(
      fc.property(fc.nat(111), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const acceptor = side('acceptor')
        const { send } = side('opener').receive(read(acceptor.start()))
        const message = read(send) as { key: Uint8Array; box: Uint8Array; type: 'opener-proof' }
        message.box[at]! ^= flip
        expect(reasonOf(() => acceptor.receive(message))).toBe('not-proved')
      }),
      { numRuns: 50 },
    )
  })

  it('has a channel that refuses changed, repeated, swapped and reflected messages', () => {
    const sealed = (count: number) => {
      const { atOpener, atAcceptor } = exchange()
      const boxes = Array.from({ length: count }, (_, i) => atOpener.channel.seal(bytes(5, i)))
      return { boxes, atOpener, atAcceptor }
    }
    const changed = sealed(1)
    changed.boxes[0]![2]! ^= 1
    expect(reasonOf(() => changed.atAcceptor.channel.open(changed.boxes[0]!))).toBe('forged')
    const repeated = sealed(1)
    repeated.atAcceptor.channel.open(repeated.boxes[0]!)
    expect(reasonOf(() => repeated.atAcceptor.channel.open(repeated.boxes[0]!))).toBe('forged')
    const swapped = sealed(2)
    expect(reasonOf(() => swapped.atAcceptor.channel.open(swapped.boxes[1]!))).toBe('forged')
    const reflected = sealed(1)
    expect(reasonOf(() => reflected.atOpener.channel.open(reflected.boxes[0]!))).toBe('forged')
    expect(reasonOf(() => sealed(1).atAcceptor.channel.open(new Uint8Array(3)))).toBe('forged')
  })
})

describe('messages of sh_peer', () => {
  it('are refused when truncated', () => {
    const { greeting, openerProof, acceptorProof } = exchange()
    for (const payload of [greeting, openerProof, acceptorProof])
      for (let length = 0; length < payload.length; length++)
        expect(() => parseShPeer(payload.subarray(0, length))).toThrow('disconnect the peer')
  })

  it('are refused when oversized, without a type, or with keys and boxes of another size', () => {
    const parse = (text: string): ShPeerMessage => parseShPeer(fromLatin1(text))
    expect(() => parse(`d1:x${MAX_SH_PEER_BYTES}:${'x'.repeat(MAX_SH_PEER_BYTES)}8:msg_typei9ee`)).toThrow(
      'too long',
    )
    expect(() => parse('de')).toThrow('no type')
    expect(() => parse('le')).toThrow('not a dictionary')
    expect(() => parse(`d3:key31:${'k'.repeat(31)}8:msg_typei0e1:vi1ee`)).toThrow('no valid key')
    expect(() => parse(`d3:key32:${'k'.repeat(32)}8:msg_typei0ee`)).toThrow('no version')
    expect(() => parse(`d3:box111:${'k'.repeat(111)}8:msg_typei3ee`)).toThrow('no valid box')
    expect(parse('d8:msg_typei77ee')).toEqual({ type: 'unknown' })
  })
})
