import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanCandidate, cleanSdp, splitCandidates } from './sdp.ts'
import { memorySdp } from './testing/memory-rtc.ts'

const HOST = 'a=candidate:1 1 UDP 2114977791 192.0.2.2 43126 typ host'
const with_ = (...lines: string[]) => `${memorySdp('u')}${lines.map(line => `${line}\r\n`).join('')}`

test('accepts descriptions of data channels, and normalizes their line ends', () => {
  const sdp = with_(HOST, 'a=end-of-candidates')
  expect(cleanSdp(sdp)).toBe(sdp)
  expect(cleanSdp(sdp.replaceAll('\r', ''))).toBe(sdp)
})

test('drops candidates with host names, which would make us look up any name', () => {
  const hidden = 'a=candidate:2 1 udp 1 3f2c1a04-1b2c-4d5e-8f90-0123456789ab.local 5000 typ host'
  const six = 'a=candidate:3 1 udp 1 fd00::2 5000 typ host'
  const named = 'a=candidate:4 1 udp 1 victim.example 53 typ host'
  const port = 'a=candidate:5 1 udp 1 192.0.2.2 70000 typ host'
  expect(cleanSdp(with_(HOST, hidden, six, named, port))).toBe(with_(HOST, hidden, six))
})

test('limits the number of candidates', () => {
  const cleaned = cleanSdp(with_(...new Array<string>(100).fill(HOST)))
  expect(cleaned?.match(/a=candidate/g)).toHaveLength(40)
  const hosts = Array.from({ length: 30 }, (_, at) => HOST.replace('192.0.2.2', `192.0.2.${at}`))
  const few = cleanSdp(with_(...hosts, HOST.replace('43126', '43127')))
  expect(few?.match(/a=candidate/g)).toHaveLength(13)
})

test('rejects a text that does not describe one data channel', () => {
  for (const wrong of [
    undefined,
    7,
    '',
    'v=0',
    `${with_(HOST)}\0`,
    with_('m=audio 9 UDP/TLS/RTP/SAVPF 111'),
    memorySdp('u').replace('m=application', 'm=video'),
    memorySdp('u').replace(/a=fingerprint.*\r\n/, ''),
    with_('a=fingerprint:sha-256 another'),
    with_('a=fingerprint:sha-1 u'),
    with_('a=fingerprint u'),
    with_('a='.padEnd(20_000, 'x')),
  ])
    expect(cleanSdp(wrong)).toBeNull()
})

test('applies the same rules to single candidates', () => {
  const candidate = HOST.slice(2)
  expect(cleanCandidate({ candidate, sdpMid: 'data' })).toEqual({ candidate, sdpMid: 'data' })
  expect(cleanCandidate({ candidate, sdpMLineIndex: 0 })).toEqual({ candidate, sdpMid: '0' })
  for (const wrong of [
    null,
    'x',
    {},
    { candidate: '' },
    { candidate: candidate.replace('192.0.2.2', 'victim.example') },
  ])
    expect(cleanCandidate(wrong)).toBeNull()
})

test('separates the candidates from the description', () => {
  const { bare, candidates } = splitCandidates(with_(HOST, 'a=end-of-candidates'))
  expect(bare).toBe(memorySdp('u'))
  expect(candidates).toEqual([{ candidate: HOST.slice(2), sdpMid: '0' }])
})

test('never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.anything()), value => {
      const sdp = typeof value === 'string' ? with_(value) : value
      const cleaned = cleanSdp(sdp)
      if (cleaned !== null) expect(cleanSdp(cleaned)).toBe(cleaned)
      cleanCandidate(value)
      cleanCandidate({ candidate: value })
    }),
  )
})
