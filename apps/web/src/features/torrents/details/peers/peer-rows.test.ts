import type { Peer, Torrent } from '@shoal/api'
import { expect, test } from 'vitest'
import { countryName, listFlags, noPeersText, sortPeers } from './peer-rows.ts'

function peer(address: string, more: Partial<Peer> = {}): Peer {
  return {
    address,
    kind: 'tcp',
    client: 'x',
    country: null,
    incoming: false,
    encrypted: false,
    holePunched: false,
    networkKey: null,
    person: null,
    hasFastLane: false,
    progress: 0,
    downloadBytesPerSecond: 0,
    uploadBytesPerSecond: 0,
    downloadedBytes: 0,
    uploadedBytes: 0,
    amChoking: true,
    amInterested: false,
    peerChoking: true,
    peerInterested: false,
    snubbed: false,
    origin: 'tracker',
    listenAddress: null,
    peerId: '',
    relevance: 0,
    piece: null,
    ...more,
  }
}

test('flags tell who sends, who waits, and how the connection came about', () => {
  expect(listFlags(peer('a'))).toEqual([])
  expect(listFlags(peer('a', { amInterested: true, peerChoking: false }))).toEqual(['D'])
  expect(
    listFlags(
      peer('a', {
        amInterested: true,
        peerInterested: true,
        snubbed: true,
        incoming: true,
        encrypted: true,
        holePunched: true,
      }),
    ),
  ).toEqual(['d', 'u', 'S', 'I', 'E', 'h'])
  expect(listFlags(peer('a', { peerInterested: true, amChoking: false }))).toEqual(['U'])
})

test('peers sort by numbers as numbers, and equals by address whichever way', () => {
  const peers = [peer('10.0.0.10:1'), peer('10.0.0.9:1'), peer('b:1', { downloadBytesPerSecond: 5 })]
  const addresses = (descending: boolean) =>
    sortPeers(peers, { column: 'down', descending }).map(({ address }) => address)
  expect(addresses(true)).toEqual(['b:1', '10.0.0.9:1', '10.0.0.10:1'])
  expect(addresses(false)).toEqual(['10.0.0.9:1', '10.0.0.10:1', 'b:1'])
})

test('a country has a name, and what is none stays as it is', () => {
  expect(countryName('DE')).toMatch(/Germany|Deutschland/)
  expect(countryName('zz9')).toBe('zz9')
})

test.each([
  [{}, 'noneLooking'],
  [{ state: 'metadata' }, 'noneLooking'],
  [{ trackerHosts: [] }, 'noneNoTrackers'],
  [{ private: true }, 'nonePrivate'],
  [{ private: true, trackerHosts: [] }, 'nonePrivateNoTrackers'],
  [{ trackersFail: true }, 'noneFailing'],
  [{ state: 'seeding' }, 'noneComplete'],
  [{ state: 'complete' }, 'nonePaused'],
  [{ state: 'paused' }, 'nonePaused'],
  [{ state: 'queued' }, 'noneResting'],
] as const)('a torrent with %o and no peers says %s', (change, text) => {
  const torrent = { state: 'downloading', private: false, trackerHosts: ['a.example'], trackersFail: false }
  expect(noPeersText({ ...torrent, ...change } as unknown as Torrent, false)).toBe(text)
})

test('a DHT that is off is not said to be asked', () => {
  const torrent = { state: 'downloading', private: false, trackersFail: false } as Torrent
  expect(noPeersText({ ...torrent, trackerHosts: ['a.example'] }, true)).toBe('noneLookingNoDht')
  expect(noPeersText({ ...torrent, trackerHosts: [] }, true)).toBe('noneNoTrackersNoDht')
})
