import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, utf8 } from '../../base/bytes.ts'
import { encodeQuestion, parseAnswer, type Question, RECORD } from './dns-message.ts'

const question: Question = { id: 0x1234, name: 'tracker.example', type: RECORD.a }

/** An answer in which names are pointers to the question's (0xc00c) or written out. */
function answer(records: readonly Uint8Array[], flags = 0x8180, asked = question): Uint8Array {
  const bytes = encodeQuestion(asked)
  bytes.set([flags >>> 8, flags & 255], 2)
  bytes[7] = records.length
  return concat([bytes, ...records])
}

function record(owner: Uint8Array, type: number, ttl: number, data: Uint8Array): Uint8Array {
  return concat([owner, Uint8Array.of(0, type, 0, 1, 0, 0, ttl >>> 8, ttl & 255, 0, data.length), data])
}

const ASKED = Uint8Array.of(0xc0, 12)
const name = (text: string) =>
  concat([
    ...text.split('.').map(label => concat([Uint8Array.of(label.length), utf8(label)])),
    Uint8Array.of(0),
  ])

describe('questions and answers of name servers', () => {
  it('encodes a question as RFC 1035 shows it', () => {
    expect(encodeQuestion(question)).toEqual(
      fromHex('12340100000100000000000007747261636b6572076578616d706c650000010001'),
    )
    for (const bad of ['', 'a..b', 'a b', 'x'.repeat(64), `${'a.'.repeat(140)}b`])
      expect(() => encodeQuestion({ ...question, name: bad }), bad).toThrow(
        expect.objectContaining({ code: 'bad-argument' }),
      )
  })

  it('reads addresses of both families', () => {
    const four = answer([
      record(ASKED, 1, 300, Uint8Array.of(192, 0, 2, 1)),
      record(ASKED, 1, 60, Uint8Array.of(192, 0, 2, 2)),
    ])
    const found = { state: 'found', hosts: ['192.0.2.1', '192.0.2.2'], alias: null, ttlSeconds: 60 }
    expect(parseAnswer(four, question)).toEqual(found)
    const asked = { ...question, type: RECORD.aaaa }
    const six = answer([record(ASKED, 28, 9, fromHex('20010db8000000000000000000000001')!)], 0x8180, asked)
    expect(parseAnswer(six, asked)).toMatchObject({ hosts: ['2001:db8::1'] })
  })

  it('follows aliases, in any case and order, and says which is left to ask for', () => {
    const alias = record(ASKED, 5, 30, name('CDN.example'))
    const address = record(name('cdn.Example'), 1, 300, Uint8Array.of(192, 0, 2, 9))
    expect(parseAnswer(answer([address, alias]), question)).toMatchObject({
      ...{ state: 'found', hosts: ['192.0.2.9'], ttlSeconds: 30 },
    })
    expect(parseAnswer(answer([alias]), question)).toMatchObject({ state: 'none', alias: 'cdn.example' })
  })

  it('does not follow aliases in circles', () => {
    const circle = [record(ASKED, 5, 30, name('b.example')), record(name('b.example'), 5, 30, ASKED)]
    expect(parseAnswer(answer(circle), question)).toMatchObject({ state: 'none', hosts: [] })
  })

  it('ignores addresses of names that were not asked for', () => {
    const other = record(name('other.example'), 1, 300, Uint8Array.of(192, 0, 2, 9))
    expect(parseAnswer(answer([other]), question)).toMatchObject({ state: 'none', alias: null })
  })

  it('tells failures from names that do not exist, and answers that were cut', () => {
    const states = [0x8183, 0x8182, 0x8185, 0x8380].map(
      flags => parseAnswer(answer([], flags), question)?.state,
    )
    expect(states).toEqual(['none', 'failed', 'failed', 'cut'])
  })

  it.each([
    ['has another number', answer([]).fill(0, 0, 2)],
    ['is a question', encodeQuestion(question)],
    ['answers another question', answer([], 0x8180, { ...question, name: 'tracker.exampl' })],
    ['answers another type', answer([], 0x8180, { ...question, type: RECORD.aaaa })],
    ['has a name that points to itself', answer([record(Uint8Array.of(0xc0, 33), 1, 1, new Uint8Array(4))])],
    ['has an address of three bytes', answer([record(ASKED, 1, 1, new Uint8Array(3))])],
    ['has an alias that is longer than its record', answer([record(ASKED, 5, 1, Uint8Array.of(5, 97))])],
    ['is cut off in a record', answer([record(ASKED, 1, 1, new Uint8Array(4))]).subarray(0, -1)],
    ['is cut off in its head', answer([]).subarray(0, 11)],
  ])('drops what %s', (_, bytes) => {
    expect(parseAnswer(bytes, question)).toBeNull()
  })

  it('reads every answer that is written', () => {
    const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/)
    const host = fc.array(label, { minLength: 1, maxLength: 5 }).map(labels => labels.join('.'))
    const ip = fc.uint8Array({ minLength: 4, maxLength: 4 })
    const all = fc.record({ id: fc.nat(0xffff), host, ip, ttl: fc.nat(0xffff) })
    fc.assert(
      fc.property(all, ({ id, host, ip, ttl }) => {
        const asked = { id, name: host, type: RECORD.a }
        const read = parseAnswer(answer([record(ASKED, 1, ttl, ip)], 0x8180, asked), asked)
        expect(read).toEqual({ state: 'found', hosts: [ip.join('.')], alias: null, ttlSeconds: ttl })
      }),
    )
  })
})
