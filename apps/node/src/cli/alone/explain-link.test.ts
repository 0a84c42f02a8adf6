import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Session, ShoalError } from '@shoal/torrent'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explainLink } from './explain-link.ts'

const server = createServer((request, response) =>
  request.url === '/missing' ? response.writeHead(404).end() : response.end('Notes of a walk'),
)
let session: Session
let host: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  session = await Session.open({ port: null, dht: false, lsd: false, pex: false, trackers: false })
})
afterAll(async () => {
  await session.close()
  server.close()
})

/** Returns the error for a link that cannot be added. */
async function told(link: string): Promise<unknown> {
  return session.add(link, { paused: true, memory: true }).then(
    () => expect.unreachable('it was added'),
    error => explainLink(link, error),
  )
}

test('for a plain file, names the command that downloads it', async () => {
  const expected = {
    code: 'not-a-torrent',
    message: expect.stringMatching(/notes\.txt is not a \.torrent\. .* add URL, .* get URL --node local$/),
  }
  expect(await told(`http://${host}/notes.txt`)).toMatchObject(expected)
  expect(await told('ftp://user:secret@files.example/notes.txt')).toMatchObject(expected)
  expect(String(await told('ftp://user:secret@files.example/notes.txt'))).not.toContain('secret')
})

test('for a page, says that a share link must be complete', async () =>
  expect(await told(`http://${host}/share/`)).toMatchObject({
    code: 'not-a-torrent',
    message: expect.stringMatching(/share\/ is not a \.torrent\. .* get 'https:\/\/…\/#…', in quotes/),
  }))

test('treats a file that is larger than any .torrent as a plain file', () => {
  const error = new ShoalError('too-large', 'The server sent more than 5 bytes')
  expect(explainLink('http://files.example/film.mkv', error)).toMatchObject({ code: 'not-a-torrent' })
  expect(explainLink('http://files.example/film.torrent', error)).toBe(error)
})

test('keeps the errors of damaged and missing .torrent files', async () => {
  expect(await told(`http://${host}/notes.torrent`)).toMatchObject({
    code: 'bad-torrent',
    message: expect.stringMatching(/did not send a \.torrent file: check the URL/),
  })
  expect(await told(`http://${host}/missing`)).toMatchObject({ code: 'not-found' })
  expect(await told('folder/x')).toMatchObject({ code: 'not-found', message: /no file/ })
  expect(await told('x.torrent')).toMatchObject({ code: 'not-found' })
})

test.each(['bogus', 'ipfs://bafy'])('lists the supported links for %s', async link =>
  expect(await told(link)).toMatchObject({
    code: 'unknown-identifier',
    message: expect.stringMatching(/cannot be downloaded\. Supported links: a magnet link .*info hash/),
  }),
)
