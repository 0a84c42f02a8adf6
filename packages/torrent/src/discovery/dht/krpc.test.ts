import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, hex, latin1, utf8 } from '../../base/bytes.ts'
import { Encoded } from '../../bencode/bencode.ts'
import { compactNodes, toEndpoint } from './contact.ts'
import { isItemValue } from './item.ts'
import { encodeFailure, encodeQuery, encodeResponse, parseMessage } from './krpc.ts'
import { readResponse } from './response.ts'

const id = fc.uint8Array({ minLength: 20, maxLength: 20 })
const transaction = fc.uint8Array({ minLength: 1, maxLength: 32 })
const to = toEndpoint('1.2.3.4', 0x1234)!
const parse = (text: string) => parseMessage(fromLatin1(text))

describe('parseMessage', () => {
  it('parses the examples of BEP 5', () => {
    const ping = parse('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe')
    expect(ping).toMatchObject({ kind: 'query', method: 'ping', id: utf8('abcdefghij0123456789') })
    const pong = parse('d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re')
    expect(pong).toMatchObject({ kind: 'response', transaction: utf8('aa') })
    const failure = parse('d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee')
    expect(failure).toMatchObject({ kind: 'error', code: 201, message: 'A Generic Error Ocurred' })
    const found = parse(
      'd1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re',
    )
    expect(found.kind === 'response' && readResponse(found, to)).toMatchObject({
      token: utf8('aoeusnth'),
      peers: [
        { host: '97.120.106.101', port: 0x2e75 },
        { host: '105.100.104.116', port: 0x6e6d },
      ],
    })
  })

  it('parses encoded queries', () => {
    fc.assert(
      fc.property(transaction, id, id, fc.boolean(), (t, sender, target, readOnly) => {
        const query = parseMessage(encodeQuery(t, 'find_node', sender, { target }, readOnly))
        if (query.kind !== 'query') throw new Error(query.kind)
        expect({ ...query, args: [...query.args.keys()].sort() }).toMatchObject({
          transaction: t,
          method: 'find_node',
          id: sender,
          args: ['id', 'target'],
          readOnly,
        })
        expect(query.args.get('target')).toEqual(target)
      }),
    )
  })

  it('parses encoded responses and errors, with the address they were sent to', () => {
    fc.assert(
      fc.property(transaction, id, fc.uint8Array({ maxLength: 20 }), (t, sender, token) => {
        const response = parseMessage(encodeResponse(t, sender, { token }, to))
        if (response.kind !== 'response') throw new Error(response.kind)
        expect(hex(response.seenIp!)).toBe('01020304')
        expect(readResponse(response, to)).toMatchObject({ from: { id: sender, host: '1.2.3.4' }, token })
        const failure = parseMessage(encodeFailure(t, 203, 'no', to))
        expect(failure).toMatchObject({ kind: 'error', transaction: t, code: 203, message: 'no' })
      }),
    )
  })

  it('marks only declared read-only senders (BEP 43)', () => {
    const query = (ro: string) => parse(`d1:ad2:id20:abcdefghij0123456789e1:q4:ping${ro}1:t2:aa1:y1:qe`)
    expect(query('2:roi1e')).toMatchObject({ readOnly: true })
    expect(query('2:roi0e')).toMatchObject({ readOnly: false })
  })

  it.each([
    ['', undefined],
    ['i5e', undefined],
    ['le', undefined],
    ['de', undefined],
    ['d1:y1:qe', undefined],
    ['d1:t0:1:y1:qe', undefined],
    [`d1:t33:${'a'.repeat(33)}1:y1:qe`, undefined],
    ['d1:t2:aa1:y1:xe', undefined],
    ['d1:rd2:id3:abce1:t2:aa1:y1:re', undefined],
    // Recognizable as queries, so they get an error.
    ['d1:q4:ping1:t2:aa1:y1:qe', 'aa'],
    ['d1:ade1:q4:ping1:t2:aa1:y1:qe', 'aa'],
    ['d1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe', 'aa'],
    [`d1:ad2:id20:abcdefghij0123456789e1:q33:${'q'.repeat(33)}1:t2:aa1:y1:qe`, 'aa'],
  ])('rejects %s', (text, asked) => {
    const message = parse(text)
    expect(message.kind).toBe('refused')
    if (message.kind === 'refused') expect(message.transaction && latin1(message.transaction)).toBe(asked)
  })

  it('rejects more than 4,096 bytes, deep nesting and many values', () => {
    const ping = (v: string) => parse(`d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:v${v}1:y1:qe`)
    expect(ping('2:xx').kind).toBe('query')
    expect(ping(`5000:${'x'.repeat(5000)}`).kind).toBe('refused')
    expect(ping('l'.repeat(100) + 'e'.repeat(100)).kind).toBe('refused')
    expect(ping(`l${'i1e'.repeat(1200)}e`).kind).toBe('refused')
  })

  it('never throws for arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), bytes => void parseMessage(bytes)))
  })

  it('never throws for damaged messages, nor does readResponse', () => {
    const nodes = compactNodes([{ ...to, id: new Uint8Array(20) }])
    const values = { nodes, nodes6: new Uint8Array(38), token: utf8('t'), values: [nodes.subarray(20)] }
    const extras = {
      samples: new Uint8Array(40),
      BFsd: new Uint8Array(256),
      interval: 5,
      v: [1, { a: 2 }],
      seq: 5,
      k: new Uint8Array(32),
      sig: new Uint8Array(64),
    }
    const good = encodeResponse(utf8('aa'), new Uint8Array(20), { ...values, ...extras }, to)
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(changes, fc.nat(good.length), (changed, length) => {
        const bytes = good.slice(0, length > 40 ? good.length : length)
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte
        const message = parseMessage(bytes)
        if (message.kind !== 'response') return
        const { item } = readResponse(message, to)
        if (item) expect(isItemValue(item.value)).toBe(true)
      }),
    )
  })
})

describe('readResponse', () => {
  const read = (values: Parameters<typeof encodeResponse>[2]) => {
    const message = parseMessage(encodeResponse(utf8('aa'), new Uint8Array(20), values, to))
    if (message.kind !== 'response') throw new Error(message.kind)
    return readResponse(message, to)
  }

  it('leaves out malformed fields and keeps the rest', () => {
    const answer = read({
      nodes: new Uint8Array(27),
      values: [utf8('axje.u'), 5, utf8('short'), utf8('axje\0\0'), new Uint8Array(6)],
      token: new Uint8Array(129),
      BFsd: new Uint8Array(255),
      samples: new Uint8Array(21),
      interval: -1,
      num: 7,
    })
    expect(answer).toMatchObject({ nodes: [], peers: [{ host: '97.120.106.101' }], sampleTotal: 7 })
    for (const key of ['token', 'seedFilter', 'samples', 'sampleIntervalS'] as const) {
      expect(answer[key]).toBeUndefined()
    }
  })

  it('returns an item byte for byte, unless it is too big or not canonical (BEP 44)', () => {
    const key = { k: new Uint8Array(32), sig: new Uint8Array(64), seq: 2n ** 63n - 1n }
    const raw = utf8('d1:ai-1e1:bl0:ee')
    const answer = read({ v: new Encoded(raw), ...key })
    expect([answer.item?.value, answer.seq]).toEqual([raw, 2n ** 63n - 1n])
    expect(read({ v: new Encoded(utf8('d1:b0:1:a0:e')) }).item).toBeUndefined()
    expect(read({ v: new Uint8Array(997) }).item).toBeUndefined()
    const short = read({ v: 1, k: new Uint8Array(31), sig: new Uint8Array(65), seq: -1 })
    expect([short.item?.publicKey, short.item?.signature, short.seq]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('accepts peers of both families in one list (BEP 32)', () => {
    const v6 = Uint8Array.from([0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 1, 0, 80])
    expect(read({ values: [utf8('axje.u'), v6] }).peers.map(({ host }) => host)).toEqual([
      '97.120.106.101',
      '2001:db8::1',
    ])
  })
})
