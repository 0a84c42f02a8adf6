import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, latin1, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { type BencodeInput, encode } from '../../bencode/bencode.ts'
import { encodeCompactPeers } from '../../wire/compact-peers.ts'
import { announceUrl, parseAnnounce, parseScrape, scrapeUrl, throwFailure } from './http-messages.ts'
import { parseQuery } from './testing/http-tracker-server.ts'
import { type AnnounceRequest, MAX_PEERS, MAX_TEXT } from './tracker.ts'

const request: AnnounceRequest = {
  infoHash: Uint8Array.from({ length: 20 }, (_, i) => i * 13),
  peerId: utf8('-SH0100-abcdefghijkl'),
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3,
  event: 'started',
  numWant: 50,
  key: 0xbeef,
}

const failure = (entries: BencodeInput): unknown => {
  try {
    return parseAnnounce(encode(entries))
  } catch (error) {
    return error
  }
}

const files = (entries: [Uint8Array, BencodeInput][]) =>
  encode({ files: new Map(entries.map(([hash, entry]) => [latin1(hash), entry])) })

describe('announce URLs', () => {
  it('contain every field', () => {
    const query = parseQuery(announceUrl('http://t/announce', request))
    expect(Object.fromEntries(query)).toEqual({
      info_hash: latin1(request.infoHash),
      peer_id: '-SH0100-abcdefghijkl',
      port: '6881',
      uploaded: '1',
      downloaded: '2',
      left: '3',
      compact: '1',
      no_peer_id: '1',
      numwant: '50',
      key: '0000beef',
      supportcrypto: '1',
      event: 'started',
    })
  })

  it('have no event in regular announces', () => {
    expect(announceUrl('http://t/announce', { ...request, event: 'none' })).not.toContain('event')
    expect(announceUrl('http://t/announce', { ...request, event: 'paused' })).toContain('event=paused')
  })

  it.each([
    ['http://t/announce', 'http://t/announce?info_hash='],
    ['http://t/announce?passkey=x', 'http://t/announce?passkey=x&info_hash='],
    ['http://t/announce?', 'http://t/announce?info_hash='],
    ['http://t/a%20b/announce#part', 'http://t/a%20b/announce?info_hash='],
  ])('keep the query of %s', (url, start) => {
    expect(announceUrl(url, request).startsWith(start)).toBe(true)
  })

  it('preserve any info hash and tracker ID byte for byte', () => {
    const hash = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(hash, fc.uint8Array({ minLength: 1, maxLength: 40 }), (infoHash, id) => {
        const url = announceUrl('http://t/', { ...request, infoHash, trackerId: latin1(id) })
        const query = parseQuery(new URL(url).href)
        expect(query.get('info_hash')).toBe(latin1(infoHash))
        expect(query.get('trackerid')).toBe(latin1(id))
      }),
    )
  })
})

describe('scrape URLs (BEP 48)', () => {
  it.each([
    ['http://t/announce', 'http://t/scrape'],
    ['http://t/x/announce.php?key=1', 'http://t/x/scrape.php?key=1'],
    ['http://t/announce/x', null],
    ['http://t/a', null],
    ['http://announce/', null],
  ])('are derived from %s', (url, expected) => {
    const found = scrapeUrl(url, [request.infoHash, request.infoHash])
    expect(found?.slice(0, expected?.length) ?? null).toBe(expected)
    if (found) expect(found.match(/info_hash=/g)?.length).toBe(2)
  })
})

describe('announce responses', () => {
  const v4 = [{ host: '10.0.0.1', port: 1 }]
  const v6 = [{ host: 'fd00::1', port: 2 }]

  it('are parsed with all their fields', () => {
    const bytes = encode({
      complete: 5,
      downloaded: 9,
      'external ip': Uint8Array.of(192, 0, 2, 1),
      incomplete: 6,
      interval: 1800,
      'min interval': 60,
      peers: encodeCompactPeers(v4, 4),
      peers6: encodeCompactPeers(v6, 6),
      'tracker id': 'tid',
      'warning message': 'soon\r\nclosing',
    })
    expect(parseAnnounce(bytes)).toEqual({
      seeds: 5,
      leeches: 6,
      downloads: 9,
      externalHost: '192.0.2.1',
      intervalMs: 1_800_000,
      minIntervalMs: 60_000,
      trackerId: 'tid',
      warning: 'soon closing',
      peers: [...v4, ...v6],
    })
  })

  it('may list peers as dictionaries (BEP 3), of which names and invalid ones are left out', () => {
    const peers = [
      { ip: '10.0.0.1', 'peer id': new Uint8Array(20), port: 1 },
      { ip: 'FD00::0001', port: 2 },
      { ip: 'peer.example', port: 3 },
      { ip: '10.0.0.1', port: 0 },
      { ip: '10.0.0.1', port: 70000 },
      { ip: 4, port: 'x' },
      'peer',
    ]
    expect(parseAnnounce(encode({ interval: 1, peers })).peers).toEqual([...v4, ...v6])
  })

  it('may have unsorted keys', () => {
    const bytes = concat([utf8('d5:peers0:8:intervali60ee')])
    expect(parseAnnounce(bytes)).toEqual({ intervalMs: 60_000, peers: [] })
  })

  it.each([
    ['a line break after it', '', '\n'],
    ['line breaks around it', '\r\n\n', '\r\n\r\n'],
    ['a byte order mark before it', '\ufeff', ''],
    ['the output of a script after it', '', '<!-- 0.003 s -->'],
  ])('may have %s', (_, before, after) => {
    const answer = encode({ interval: 60, peers: '' })
    expect(parseAnnounce(concat([utf8(before), answer, utf8(after)]))).toEqual({
      intervalMs: 60_000,
      peers: [],
    })
    const scraped = files([[request.infoHash, { complete: 1 }]])
    expect(parseScrape(concat([utf8(before), scraped, utf8(after)]), [request.infoHash])).toMatchObject([
      { seeds: 1 },
    ])
  })

  it.each([-1, 0, -(2 ** 40), 10n ** 30n, 'soon'])('have an interval of %s ignored', interval => {
    expect(parseAnnounce(encode({ complete: interval, interval, peers: '' })).intervalMs).toBeUndefined()
    expect(parseAnnounce(encode({ complete: -1, interval, peers: '' })).seeds).toBeUndefined()
  })

  it('have peers beyond the limit and overlong tracker IDs ignored', () => {
    const answer = parseAnnounce(
      encode({ interval: 1, peers: new Uint8Array(6 * 3000).fill(1), 'tracker id': 'x'.repeat(300) }),
    )
    expect(answer.peers.length).toBe(MAX_PEERS)
    expect(answer.trackerId).toBeUndefined()
  })

  it('throw the reason of a failure, shortened and cleaned', () => {
    const reason = `no\u0007\u202e way ${'x'.repeat(1000)}`
    const error = failure({ 'failure reason': reason }) as Error
    expect(error).toMatchObject({ code: 'refused', retryInMs: undefined })
    expect(error.message.startsWith('no way xxx')).toBe(true)
    expect(error.message.length).toBe(MAX_TEXT + 1)
    expect(failure({ 'failure reason': '' })).toMatchObject({ message: 'no reason given' })
  })

  it.each([
    [5, 300_000],
    ['5', 300_000],
    ['never', Infinity],
    ['-1', undefined],
    [0, undefined],
    ['soon', undefined],
  ])('have a retry in %s obeyed (BEP 31)', (value, retryInMs) => {
    expect(failure({ 'failure reason': 'Overloaded', 'retry in': value })).toMatchObject({ retryInMs })
  })

  it.each([
    ['empty', new Uint8Array(0)],
    ['a web page', utf8('<html>404</html>')],
    ['a list', encode([1])],
    ['torn', utf8('d8:intervali60e5:peers600:abc')],
    ['deep', utf8('l'.repeat(10000))],
  ])('are rejected if they are %s', (_, bytes) => {
    expect(() => parseAnnounce(bytes)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  it('are parsed or rejected with arbitrary bytes, and with any value in any place', () => {
    const key = fc.constantFrom(
      ...[
        'complete',
        'external ip',
        'failure reason',
        'interval',
        'peers',
        'peers6',
        'retry in',
        'tracker id',
      ],
    )
    const { value } = fc.letrec<{ value: BencodeInput }>(tie => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.bigInt(),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('ip', 'port'), tie('value')),
      ),
    }))
    const check = (bytes: Uint8Array) => {
      try {
        const answer = parseAnnounce(bytes)
        for (const peer of answer.peers) expect(peer.port).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(ShoalError)
      }
    }
    fc.assert(fc.property(fc.dictionary(key, value), entries => check(encode(entries))))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check))
  })
})

describe('scrape responses', () => {
  const other = new Uint8Array(20).fill(200)

  it('are returned in the order of the request, null for missing torrents', () => {
    const bytes = files([[request.infoHash, { complete: 1, downloaded: 2, incomplete: 3 }]])
    expect(parseScrape(bytes, [other, request.infoHash])).toEqual([
      null,
      { seeds: 1, leeches: 3, downloads: 2 },
    ])
    expect(parseScrape(files([[other, { complete: -5 }]]), [other])).toEqual([
      { seeds: 0, leeches: 0, downloads: 0 },
    ])
  })

  it('are rejected without torrents, and throw a failure reason in both spellings', () => {
    expect(() => parseScrape(encode({}), [])).toThrow(expect.objectContaining({ code: 'bad-message' }))
    for (const key of ['failure reason', 'failure_reason']) {
      expect(() => parseScrape(encode({ [key]: 'no' }), [])).toThrow(
        expect.objectContaining({ message: 'no' }),
      )
    }
  })
})

it('finds a failure reason in the body of an error status, and ignores other bodies', () => {
  expect(() => throwFailure(encode({ 'failure reason': 'banned' }))).toThrow('banned')
  expect(() => throwFailure(utf8('<html>'))).not.toThrow()
  expect(() => throwFailure(encode({ interval: 1 }))).not.toThrow()
})
