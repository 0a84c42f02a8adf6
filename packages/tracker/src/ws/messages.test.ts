import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_OFFERS, readMessage } from './messages.ts'

const ID = 'h\xff\0abcdefghijklmnop!'

const ANSWER = { action: 'announce', info_hash: ID, peer_id: ID, to_peer_id: ID, offer_id: 'a' }

function answerOf(candidate: object) {
  return readMessage(JSON.stringify({ ...ANSWER, answer: { type: 'candidate', candidate } }))
}

describe('messages of WebTorrent clients', () => {
  it('are parsed or rejected with a reason, whatever arrives', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(ID, 'announce', 'scrape', [ID], { type: 'offer', sdp: 'x' }, [
        { offer_id: 'a', offer: {} },
      ]),
    )
    const keys = [
      'action',
      'info_hash',
      'peer_id',
      'to_peer_id',
      'offer_id',
      'offers',
      'answer',
      'event',
      'left',
    ]
    const message = fc.dictionary(fc.constantFrom(...keys), value)
    fc.assert(
      fc.property(
        fc.oneof(
          message.map(each => JSON.stringify(each)),
          fc.json(),
          fc.string(),
        ),
        text => {
          const read = readMessage(text)
          if (typeof read === 'string') return void expect(read.length).toBeLessThan(100)
          if (read.kind === 'scrape')
            return void expect(read.hashes.every(hash => hash.length === 20)).toBe(true)
          expect([read.hash.length, read.peerId.length]).toEqual([20, 20])
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('keep the known members of offers, and a limited number of them', () => {
    const offer = { offer_id: 'a', offer: { type: 'offer', sdp: 'x', __proto__: 1, other: 2 } }
    const many = Array.from({ length: 100 }, () => offer)
    const message = { action: 'announce', info_hash: ID, peer_id: ID, left: 0, offers: [null, {}, ...many] }
    const read = readMessage(JSON.stringify(message))
    expect(read).toMatchObject({ kind: 'announce', isSeed: true, event: 'none' })
    const { offers } = read as { offers: readonly unknown[] }
    expect(offers.length).toBe(MAX_OFFERS - 2)
    expect(offers[0]).toEqual({ id: 'a', description: { type: 'offer', sdp: 'x' } })
  })

  it('are rejected if an offer is too large', () => {
    const offers = [{ offer_id: 'a', offer: { type: 'offer', sdp: 'x'.repeat(20_000) } }]
    expect(
      readMessage(JSON.stringify({ action: 'announce', info_hash: ID, peer_id: ID, offers })),
    ).toMatchObject({
      offers: [],
    })
  })

  it('keep the known members of a candidate', () => {
    const known = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null }
    expect(answerOf({ ...known, other: 1 })).toMatchObject({
      description: { type: 'candidate', candidate: known },
    })
    expect(answerOf({ candidate: 'x', sdpMid: {} })).toMatchObject({
      description: { candidate: { candidate: 'x' } },
    })
    for (const wrong of [{}, { candidate: 1 }, { candidate: 'x'.repeat(2049) }])
      expect(answerOf(wrong)).toBe('The answer is invalid')
  })

  it('may be nested very deeply', () => {
    const places = ['offer', 'sdp', 'candidate', 'candidate.candidate', 'candidate.sdpMid', 'candidate.other']
    const nested = fc.tuple(fc.constantFrom(...places), fc.integer({ min: 1, max: 19_000 }), fc.boolean())
    fc.assert(
      fc.property(nested, ([place, depth, isArray]) => {
        const deep = isArray
          ? '['.repeat(depth) + ']'.repeat(depth)
          : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
        const description = place
          .split('.')
          .reduceRight((inner, name) => `{"candidate":"x","${name}":${inner}}`, deep)
        const answered = JSON.stringify({ ...ANSWER, answer: 0 }).replace(
          '"answer":0',
          `"answer":${description}`,
        )
        const read = readMessage(answered)
        expect(JSON.stringify(read).length).toBeLessThan(500)
      }),
      { numRuns: 100, examples: [[['candidate', 30_000, false]], [['candidate.other', 30_000, false]]] },
    )
  })
})
