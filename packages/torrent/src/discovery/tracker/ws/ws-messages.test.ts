import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latin1 } from '../../../base/bytes.ts'
import { memorySdp } from '../../../transport/webrtc/testing/memory-rtc.ts'
import { announceText, answerText, MAX_MESSAGE, parseTrackerMessage, scrapeText } from './ws-messages.ts'

const HASH = Uint8Array.from({ length: 20 }, (_, i) => 250 - i)
const ID = Uint8Array.from({ length: 20 }, (_, i) => i)
const hash = latin1(HASH)
const id = latin1(ID)
const sdp = memorySdp('u')
const parse = (message: object) => parseTrackerMessage(JSON.stringify(message))

describe('messages of WebTorrent trackers', () => {
  const request = {
    ...{ infoHash: HASH, peerId: ID, port: 1, uploaded: 1, downloaded: 2, left: 3, numWant: 9, key: 4 },
    event: 'started',
  } as const

  it('encodes an announce with offers, and bytes as characters', () => {
    expect(JSON.parse(announceText(request, [{ id, sdp }]))).toEqual({
      ...{ action: 'announce', info_hash: hash, peer_id: id, uploaded: 1, downloaded: 2, left: 3 },
      ...{ event: 'started', numwant: 1, offers: [{ offer_id: id, offer: { type: 'offer', sdp } }] },
    })
    const later = JSON.parse(announceText({ ...request, event: 'paused', trackerId: 't' }, []))
    expect(later).toMatchObject({ trackerid: 't', offers: [] })
    expect(later).not.toHaveProperty('event')
  })

  it('encodes answers and scrapes', () => {
    const text = answerText({ infoHash: hash, peerId: ID, toPeerId: 'x', offerId: 'o', sdp, left: 0 })
    expect(JSON.parse(text)).toMatchObject({
      to_peer_id: 'x',
      offer_id: 'o',
      answer: { type: 'answer', sdp },
    })
    expect(JSON.parse(scrapeText([HASH]))).toEqual({ action: 'scrape', info_hash: [hash] })
  })

  it('parses offers, answers and candidates', () => {
    const signal = { action: 'announce', info_hash: hash, peer_id: id, offer_id: 'o' }
    const read = { infoHash: hash, peerId: id, offerId: 'o', sdp }
    expect(parse({ ...signal, offer: { type: 'offer', sdp } })).toEqual({ kind: 'offer', ...read })
    expect(parse({ ...signal, answer: { type: 'answer', sdp } })).toEqual({ kind: 'answer', ...read })
    const candidate = { candidate: 'candidate:1 1 UDP 1 192.0.2.2 43126 typ host', sdpMid: '0' }
    expect(parse({ ...signal, answer: { type: 'candidate', candidate } })).toEqual({
      kind: 'candidate',
      offerId: 'o',
      candidate,
    })
    expect(parse({ ...signal, offer: { sdp: 'v=1' } })).toBeNull()
    expect(parse({ ...signal, peer_id: 'short', offer: { sdp } })).toBeNull()
    expect(parse({ ...signal, info_hash: 'ÿ'.repeat(19), offer: { sdp } })).toBeNull()
    expect(parse({ ...signal, info_hash: 'Ā'.repeat(20), offer: { sdp } })).toBeNull()
    expect(parse({ ...signal, offer_id: 'o'.repeat(65), offer: { sdp } })).toBeNull()
  })

  it('parses counts and intervals, and leaves out invalid ones', () => {
    const answer = parse({
      ...{
        action: 'announce',
        info_hash: hash,
        interval: 120,
        'min interval': '5',
        'stun port': 6969,
        complete: 2,
        incomplete: -1,
      },
      ...{ 'tracker id': 'abc', 'warning message': 'be\nkind' },
    })
    expect(answer).toEqual({
      kind: 'announced',
      infoHash: hash,
      answer: {
        peers: [],
        intervalMs: 120_000,
        seeds: 2,
        stunPort: 6969,
        trackerId: 'abc',
        warning: 'be kind',
      },
    })
  })

  it('parses scrapes and failures', () => {
    const scraped = parse({ action: 'scrape', files: { [hash]: { complete: 1, incomplete: 2 }, x: {} } })
    expect(scraped).toEqual({
      kind: 'scraped',
      entries: new Map([[hash, { seeds: 1, leeches: 2, downloads: 0 }]]),
    })
    expect(parse({ 'failure reason': 'no' })).toEqual({ kind: 'failure', infoHash: undefined, reason: 'no' })
    expect(parse({ info_hash: hash, 'failure reason': 'no' })).toMatchObject({ infoHash: hash })
  })

  it('never throws, and ignores long messages', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, text) => {
        parseTrackerMessage(text)
        parseTrackerMessage(JSON.stringify(value) ?? '')
        parse({
          action: 'announce',
          info_hash: hash,
          peer_id: id,
          offer_id: 'o',
          offer: value,
          answer: value,
        })
        parse({ action: 'scrape', files: value })
      }),
    )
    expect(parse({ 'failure reason': 'x'.repeat(MAX_MESSAGE) })).toBeNull()
  })
})
