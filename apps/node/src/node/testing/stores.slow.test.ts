import { Database } from '@shoal/daemon/database'
import { kindOf } from '@shoal/network/kinds'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { memorySessions } from '../server/access/sessions.ts'
import { tableOwners } from '../table-owners.ts'
import { PeerStore, peerScore } from '../torrents/peers/peer-store.ts'
import type { Catalogue } from './catalogue.ts'
import { type TemporaryCatalogue, temporaryCatalogue, testInfoHash } from './temporary-catalogue.ts'

let place: TemporaryCatalogue
let catalogue: Catalogue
beforeEach(async () => {
  place = await temporaryCatalogue()
  catalogue = place.catalogue
})
afterEach(() => place.remove())

const V2 = 'cd'.repeat(32)
const torrent = (number: number) => ({
  infoHashV1: testInfoHash(number),
  name: `torrent ${number}`,
  directory: '/downloads',
  addedMs: 1000 + number,
})

describe('torrents', () => {
  test('are unchanged after a restart, with every option', async () => {
    const label = catalogue.labels.add({ name: 'films', colour: '#00ff00', directory: '/films' })
    const added = catalogue.torrents.add({
      ...torrent(1),
      infoHashV2: V2,
      comment: 'c',
      source: 'magnet:?',
      labelId: label.id,
      tags: ['a', 'b'],
      completedMs: 1,
      activeMs: 2,
      removedMs: 3,
      removeData: true,
      paused: true,
      sequential: true,
      queuePosition: 4,
      downloadLimitBytesPerSecond: 7,
      uploadLimitBytesPerSecond: 8,
    })
    const again = await place.reopen()
    expect(again.torrents.all()).toEqual([added])
    expect(again.torrents.find(V2)).toEqual(added)
    expect(again.torrents.find(testInfoHash(1))).toEqual(added)
    expect(again.torrents.find(testInfoHash(2))).toBeNull()
    expect(added).toMatchObject({ tags: ['a', 'b'], removeData: true, filesKnown: false })
  })

  test('need a unique info hash', () => {
    catalogue.torrents.add(torrent(1))
    expect(() => catalogue.torrents.add(torrent(1))).toThrow(/UNIQUE/)
    expect(() => catalogue.torrents.add({ ...torrent(2), infoHashV1: null })).toThrow(/CHECK/)
  })

  test('change only the given members', () => {
    const { id } = catalogue.torrents.add({ ...torrent(1), queuePosition: 2 })
    expect(catalogue.torrents.update(id, { paused: true, queuePosition: null, tags: ['x'] })).toBe(true)
    expect(catalogue.torrents.get(id)).toMatchObject({
      paused: true,
      queuePosition: null,
      tags: ['x'],
      name: 'torrent 1',
    })
    expect(catalogue.torrents.update(id, {})).toBe(true)
    expect(catalogue.torrents.update(id + 1, { paused: true })).toBe(false)
    expect(() => catalogue.torrents.update(id, { '1; DROP': 1 } as never)).toThrow(/has no 1; DROP/)
  })

  test('that are deleted lose their files and totals, and their id is not reused', async () => {
    const { id } = catalogue.torrents.add(torrent(1))
    await catalogue.files.replace(id, [{ index: 0, path: 'a', lengthBytes: 1 }])
    catalogue.torrents.addTotals(new Map([[id, { uploadedBytes: 5 }]]))
    expect(catalogue.torrents.delete(id)).toBe(true)
    expect(catalogue.files.get(id, 0)).toBeNull()
    expect(catalogue.torrents.allTotals()).toEqual(new Map())
    expect(catalogue.torrents.add(torrent(1)).id).toBeGreaterThan(id)
  })

  test('add up their transfers', () => {
    const { id } = catalogue.torrents.add(torrent(1))
    for (const uploadedBytes of [1, 2.4])
      catalogue.torrents.addTotals(
        new Map([
          [id, { uploadedBytes, seedingMs: 10 }],
          [id + 1, { uploadedBytes: 1 }],
        ]),
      )
    const totals = { downloadedBytes: 0, uploadedBytes: 3, wastedBytes: 0, downloadingMs: 0, seedingMs: 20 }
    expect(catalogue.torrents.totals(id)).toEqual(totals)
    expect(catalogue.torrents.allTotals()).toEqual(new Map([[id, totals]]))
    expect(catalogue.torrents.totals(id + 1).uploadedBytes).toBe(0)
  })
})

describe('files', () => {
  const list = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ index, path: `d/f${index}.mkv`, lengthBytes: index }))

  test('of a large torrent are listed and replaced completely', async () => {
    const { id } = catalogue.torrents.add(torrent(1))
    await catalogue.files.replace(id, list(5001))
    expect([...catalogue.files.each(id)]).toEqual(list(5001).map(file => ({ ...file, kind: 'video' })))
    expect(catalogue.torrents.get(id)!.filesKnown).toBe(true)
    await catalogue.files.replace(id, [{ index: 0, path: 'x.pdf', lengthBytes: 7 }])
    expect([...catalogue.files.each(id)]).toEqual([
      { index: 0, path: 'x.pdf', lengthBytes: 7, kind: 'document' },
    ])
    expect(catalogue.files.totals(id)).toMatchObject({ count: 1, bytes: 7 })
  })

  test('do not count as known if listing was interrupted', async () => {
    const { id } = catalogue.torrents.add(torrent(1))
    const interrupt = new AbortController()
    const files = function* () {
      for (const file of list(5000)) {
        if (file.index === 3000) interrupt.abort()
        yield file
      }
    }
    await expect(catalogue.files.replace(id, files(), interrupt)).rejects.toThrow(/abort/)
    expect(catalogue.torrents.get(id)!.filesKnown).toBe(false)
  })

  test('are omitted if their torrent is deleted meanwhile', async () => {
    const { id } = catalogue.torrents.add(torrent(1))
    const writing = catalogue.files.replace(id, list(5000))
    catalogue.torrents.delete(id)
    await writing
    expect(catalogue.files.totals(id).count).toBe(0)
  })

  test.each([
    ['a/b.MKV', 'video'],
    ['b.tar.gz', 'archive'],
    ['.pdf', 'other'],
    ['a.pdf/readme', 'other'],
    ['x.epub', 'document'],
  ])('have a kind by their name: %s', (path, kind) => expect(kindOf(path)).toBe(kind))
})

test('labels are unique, and are removed from their torrents when deleted', () => {
  const label = catalogue.labels.add({ name: 'b' })
  catalogue.labels.add({ name: 'a' })
  expect(() => catalogue.labels.add({ name: 'a' })).toThrow(/UNIQUE/)
  expect(catalogue.labels.all().map(({ name }) => name)).toEqual(['a', 'b'])
  catalogue.labels.update(label.id, { name: 'c', colour: '#ffffff' })
  expect(catalogue.labels.find('c')).toEqual({ id: label.id, name: 'c', colour: '#ffffff', directory: null })
  const { id } = catalogue.torrents.add({ ...torrent(1), labelId: label.id })
  expect(catalogue.labels.delete(label.id)).toBe(true)
  expect(catalogue.torrents.get(id)!.labelId).toBeNull()
})

test('settings can be any JSON', async () => {
  catalogue.settings.set('a.b', { c: [1, null, 'x'] })
  catalogue.settings.set('gone', 1)
  catalogue.settings.delete('gone')
  const { settings } = await place.reopen()
  expect(settings.get('a.b')).toEqual({ c: [1, null, 'x'] })
  expect(settings.get('gone')).toBeUndefined()
  expect([...settings.all().keys()]).toEqual(['a.b'])
})

describe('history', () => {
  const DAY_MS = 86_400_000
  const start = Date.UTC(2026, 0, 1)

  test('is kept by the minute for a day, by the hour for a month, and by the day forever', () => {
    for (let hour = 0; hour < 24 * 60; hour++)
      catalogue.history.add(start + hour * 3_600_000 + 61_000, { downloadedBytes: 10, uploadedBytes: 1 })
    const all = (step: 60 | 3600 | 86_400) => catalogue.history.points(step, 0, Number.MAX_SAFE_INTEGER)
    expect(all(60)).toHaveLength(25)
    expect(all(3600)).toHaveLength(31 * 24 + 1)
    expect(all(86_400)).toHaveLength(60)
    expect(all(86_400)[1]).toMatchObject({ atMs: start + DAY_MS, downloadedBytes: 240, uploadedBytes: 24 })
    expect(catalogue.history.allTime()).toEqual({ downloadedBytes: 14_400, uploadedBytes: 1440 })
  })

  test('adds up transfers by step and returns the requested steps', async () => {
    for (const second of [0, 59, 60, 3600])
      catalogue.history.add(start + second * 1000, { downloadedBytes: 1, uploadedBytes: 0 })
    const { history } = await place.reopen()
    expect(history.points(60, start, start + 120_000).map(point => point.downloadedBytes)).toEqual([2, 1])
    expect(history.points(3600, start + 1, start + DAY_MS)).toMatchObject([{ atMs: start + 3_600_000 }])
  })
})

describe('peers', () => {
  const peer = (host: string) => ({
    host,
    client: 'libtorrent',
    downloadedBytes: 100,
    uploadedBytes: 10,
    wastedBytes: 1,
    connections: 1,
  })

  test('add up by host and client', () => {
    catalogue.peers.add(1000, [peer('192.0.2.1'), { ...peer('192.0.2.1'), client: 'other' }])
    catalogue.peers.add(2000, [peer('192.0.2.1')])
    const found = catalogue.peers.ofHost('192.0.2.1')
    expect(found).toMatchObject([
      { client: 'libtorrent', downloadedBytes: 200, connections: 2, firstSeenMs: 1000, lastSeenMs: 2000 },
      { client: 'other', downloadedBytes: 100, connections: 1, lastSeenMs: 1000 },
    ])
    expect(found[0]!.score).toBe(peerScore(found[0]!))
  })

  test('are limited: the least recently seen are deleted', async () => {
    await catalogue.close()
    const database = await Database.open(place.path, tableOwners(), CATALOGUE)
    const peers = new PeerStore(database, 100)
    for (let i = 0; i < 1000; i++) peers.add(i, [peer(`192.0.2.${i}`)])
    expect(peers.count()).toBeLessThanOrEqual(600)
    expect(peers.recent(10).map(({ host }) => host)).toContain('192.0.2.999')
    expect(peers.ofHost('192.0.2.0')).toEqual([])
    await database.close()
  })

  test('are scored by downloaded, uploaded and wasted bytes', () => {
    const score = (downloaded: number, uploaded: number, wasted: number) =>
      peerScore({
        downloadedBytes: downloaded * 2 ** 20,
        uploadedBytes: uploaded * 2 ** 20,
        wastedBytes: wasted * 2 ** 20,
      })
    expect(score(0, 0, 0)).toBe(0)
    expect(score(1000, 0, 0)).toBeGreaterThan(score(10, 0, 0))
    expect(score(1000, 0, 0)).toBeGreaterThan(score(1000, 1000, 0))
    expect(score(1000, 1000, 0)).toBeGreaterThan(0)
    expect(score(0, 1000, 0)).toBeLessThan(0)
    expect(score(100, 0, 50)).toBeLessThan(score(0, 100, 0))
    expect(score(0, 0, 1e6)).toBeGreaterThanOrEqual(-1)
  })
})

test('jobs survive a restart; ended ones are deleted', async () => {
  const job = { kind: 'move', name: 'x', state: 'running', detail: { to: '/y' }, startedMs: 1 } as const
  catalogue.jobs.add({ ...job, id: 'still running' })
  for (let i = 0; i < 1010; i++) {
    catalogue.jobs.add({ ...job, id: `job ${i}` })
    catalogue.jobs.update(`job ${i}`, { state: 'done', endedMs: i })
  }
  const { jobs } = await place.reopen()
  expect(jobs.unfinished()).toEqual([{ ...job, id: 'still running', endedMs: null }])
  expect(jobs.all()).toHaveLength(1001)
  expect(jobs.get('job 9')).toBeNull()
  expect(jobs.get('job 1009')).toMatchObject({ state: 'done' })
  expect(jobs.delete('job 1009')).toBe(true)
})

describe('logins', () => {
  const login = {
    userName: 'me',
    address: '127.0.0.1',
    browser: 'Firefox, Linux',
    device: null,
    passkey: null,
    createdMs: 1000,
    expiresMs: 100_000,
  }

  test('are found by their token until they expire', () => {
    const token = catalogue.logins.add(login)
    expect(catalogue.logins.find(token, 2000)).toMatchObject({ userName: 'me', usedMs: 1000 })
    catalogue.logins.find(token, 62_000)
    expect(catalogue.logins.all(63_000)).toMatchObject([{ ...login, usedMs: 62_000 }])
    expect(catalogue.logins.find(`${token}x`, 2000)).toBeNull()
    expect(catalogue.logins.find('', 2000)).toBeNull()
    expect(catalogue.logins.find(token, 100_000)).toBeNull()
  })

  test('end separately', () => {
    const tokens = [1, 2, 3].map(() => catalogue.logins.add(login))
    expect(catalogue.logins.delete(catalogue.logins.find(tokens[0]!, 2000)!.id)).toBe(true)
    expect(catalogue.logins.find(tokens[0]!, 2000)).toBeNull()
    expect(catalogue.logins.all(2000)).toHaveLength(2)
  })

  test('are limited', () => {
    for (let i = 0; i < 1005; i++) catalogue.logins.add({ ...login, createdMs: i })
    expect(catalogue.logins.all(2000)).toHaveLength(1000)
  })

  test('do not end because another user logs in often', () => {
    for (const sessions of [catalogue.logins, memorySessions()]) {
      const token = sessions.add({ ...login, userName: 'shoal', createdMs: 0 })
      for (let i = 1; i < 1005; i++) sessions.add({ ...login, createdMs: i })
      expect(sessions.all(2000)).toHaveLength(1001)
      expect(sessions.find(token, 2000)).toMatchObject({ userName: 'shoal' })
    }
  })
})

test('passkeys are kept until they are removed, each once', () => {
  const { passkeys } = catalogue
  const times = { createdMs: 1000, usedMs: 1000 }
  const phone = { id: 'cGhvbmU', name: 'Phone', publicKey: Uint8Array.of(1), counter: 0, ...times }
  const saved = { ...phone, userName: 'me', byToken: true }
  expect([passkeys.add(saved), passkeys.add({ ...saved, name: 'other' })]).toEqual([true, false])
  passkeys.noteLogin(phone.id, 7, 3000)
  expect(passkeys.get(phone.id)).toEqual({ ...saved, counter: 7, usedMs: 3000 })
  passkeys.add({ ...saved, id: 'a2V5', byToken: false, createdMs: 500 })
  expect(passkeys.all().map(({ id, byToken }) => [id, byToken])).toEqual([
    ['a2V5', false],
    [phone.id, true],
  ])
  passkeys.delete(phone.id)
  expect([passkeys.get(phone.id), passkeys.all().length]).toEqual([null, 1])
})
