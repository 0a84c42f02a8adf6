import type { FileCopy, PeerStatus, TorrentFile } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { SourceTotals } from './source-totals.ts'

function source(kind: PeerStatus['kind'], address: string, downloadedBytes: number, rate = 0): PeerStatus {
  return { kind, address, downloadedBytes, downloadBytesPerSecond: rate } as PeerStatus
}

const copy = (takenBytes: number) => ({ copies: [{ takenBytes } as FileCopy] }) as unknown as TorrentFile

test('adds up the sources of each kind, and tells FTP from HTTP', () => {
  const peers = [
    source('utp', '192.0.2.1:1', 10, 1),
    source('tcp', '192.0.2.2:1', 20, 2),
    source('tcp', '192.0.2.3:1', 30, 3),
    source('webseed', 'https://a.example/', 40, 4),
    source('webseed', 'ftp://a.example/', 50, 5),
  ]
  expect(new SourceTotals().shares(peers, [], 1000)).toEqual([
    { kind: 'tcp', sources: 2, downloadedBytes: 50, downloadBytesPerSecond: 5 },
    { kind: 'utp', sources: 1, downloadedBytes: 10, downloadBytesPerSecond: 1 },
    { kind: 'webseed', sources: 1, downloadedBytes: 40, downloadBytesPerSecond: 4 },
    { kind: 'ftp', sources: 1, downloadedBytes: 50, downloadBytesPerSecond: 5 },
  ])
})

test('remembers what sources gave that are gone', () => {
  const totals = new SourceTotals()
  totals.closed(source('tcp', '192.0.2.2:1', 20))
  totals.shares([source('webseed', 'https://a.example/', 40)], [], 1000)
  // Removed, and added again.
  totals.shares([], [], 2000)
  const shares = totals.shares([source('webseed', 'https://a.example/', 5)], [], 3000)
  expect(shares).toMatchObject([
    { kind: 'tcp', sources: 0, downloadedBytes: 20 },
    { kind: 'webseed', sources: 1, downloadedBytes: 45 },
  ])
})

test('measures how fast is copied from other torrents', () => {
  const totals = new SourceTotals()
  totals.shares([], [copy(1000)], 1000)
  expect(totals.shares([], [copy(3000), copy(2000)], 3000)).toEqual([
    { kind: 'disk', sources: 1, downloadedBytes: 5000, downloadBytesPerSecond: 2000 },
  ])
})
