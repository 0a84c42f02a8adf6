import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { historyFile, isSecret, MOST_LINES, readHistory, withLine, writeHistory } from './history.ts'

test.each([
  ['list --token abc', true],
  ['add "https://host.example/#s1AIxkMToxMjA6wJW7kVW"', true],
  ["get '#s1AIxkMToxMjA6wJW7kVW'", true],
  ['add https://t.example/dl?passkey=abc', true],
  ['add http://me:pw@host.example/x.torrent', true],
  ['api login \'{"username":"a","password":"b"}\'', true],
  ['open --password-file p', true],
  [`add https://t.example/${'0af3'.repeat(8)}/7.torrent`, true],
  [
    `add "magnet:?xt=urn:btih:${'ab'.repeat(20)}&tr=http%3A%2F%2Ft.example%2F${'0af3'.repeat(8)}%2Fannounce"`,
    true,
  ],
  [`add "magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Old+film&tr=udp%3A%2F%2Ftracker.example%3A6969"`, false],
  ['trackers 12ab --add http://hub.example:6969/secretkey/announce', true],
  ['trackers 12ab --add udp://hub.example:6969/abcd1234/announce,wss://hub.example/v2/announce', true],
  ['trackers 12ab --add http://hub.example/announce?abcdefgh', true],
  ['trackers 12ab --add http://hub.example/announce,udp://hub.example/v2/announce', false],
  [
    `add "magnet:?xt=urn:btih:${'ab'.repeat(20)}&tr=udp%3A%2F%2Fhub.example%2Fsecretkey%2Fannounce&dn=x"`,
    true,
  ],
  [`settings set network.shareTrackers='["https://hub.example/secretkey/announce"]'`, true],
  ['seed Photos --tracker wss://hub.example/secretkey/announce', true],
  ['add https://t.example/dl/0af3b2c1d4e5f6a7', true],
  ['add https://t.example/debian-12.5.0-amd64.iso.torrent', false],
  ['feeds add https://feeds.example/films.xml', false],
  ['settings set network.iceServers=turn:anna:hunter2@host', true],
  [`settings set network.iceServers='["stun:a.example","turns:anna:hunter2"]'`, true],
  ['settings set network.iceServers=stun:host:3478', false],
  ['search return:a@b', false],
  ['search the secret garden', false],
])('%s: %s', (line, secret) => expect(isSecret(line)).toBe(secret))

test('is bounded and has each line once, the latest first', () => {
  expect(withLine(['b', 'a'], ' a ')).toEqual(['a', 'b'])
  expect(withLine(['a'], ' ')).toEqual(['a'])
  const many = Array.from({ length: 2 * MOST_LINES }, (_, at) => `line ${at}`)
  const history = many.reduce<string[]>((all, line) => withLine(all, line), [])
  expect(history).toHaveLength(MOST_LINES)
  expect(history[0]).toBe(many.at(-1))
})

test('is readable only by this user and has no secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-history-'))
  try {
    const file = historyFile(join(folder, 'state'))
    expect(await readHistory(file)).toEqual([])
    const calls = [
      `api setPublisher '{"identity":"x"}'`,
      `api joinHub '{"url":"https://hub.example","invitation":"x"}'`,
      `api addTorrent '{"source":"magnet:?xt=x","passphrase" : "x"}'`,
    ]
    await writeHistory(file, ['list --token abc', 'list', ...calls, 'health', `api getHistory '{}'`])
    expect(await readFile(file, 'utf8')).toBe(`api getHistory '{}'\nhealth\nlist\n`)
    expect(await readHistory(file)).toEqual(['list', 'health', `api getHistory '{}'`])
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  } finally {
    await rm(folder, { recursive: true })
  }
})
