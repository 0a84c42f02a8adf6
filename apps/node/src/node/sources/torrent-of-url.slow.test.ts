import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type TestNode, testNode } from '../testing/test-node.ts'
import { FileServer } from '../transfers/testing/file-server.ts'

const CONTENT = randomBytes(400_000)

let node: TestNode
let server: FileServer
/** By path. */
let files: Map<string, Buffer>
/** Link headers, by path. */
let links: Map<string, string>
/** Responses that wait while it is not null. */
let held: (() => void)[] | null
beforeEach(async () => {
  node = await testNode()
  files = new Map()
  links = new Map()
  held = null
  server = await FileServer.start((request, response) => {
    const answer = () => sendRange(request, response)
    if (held) held.push(answer)
    else answer()
  })
})
afterEach(async () => {
  await node.end()
  await server[Symbol.asyncDispose]()
})

function sendRange(request: IncomingMessage, response: ServerResponse): void {
  const content = files.get(request.url!)
  if (!content) return void response.writeHead(404).end()
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const link = links.get(request.url!)
  if (from === undefined)
    return void response
      .writeHead(200, { 'content-length': content.length, ...(link && { link }) })
      .end(content)
  const part = content.subarray(Number(from), to ? Number(to) + 1 : content.length)
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${content.length}`
  response.writeHead(206, { 'content-range': range, 'content-length': part.length }).end(part)
}

/** Adds a torrent of a file, with the server as its web seed. Returns its id. */
async function addTorrent(input: { paused?: boolean } = {}): Promise<string> {
  const folder = join(node.folder, 'made')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'film #1.bin'), CONTENT)
  const metainfo = await createTorrent(join(folder, 'film #1.bin'), { webSeeds: [`${server.url}/pub/`] })
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  const { torrent: added } = await node.operations.addTorrent({ torrent, ...input })
  return added!.id
}

const link = () => `${server.url}/pub/film%20%231.bin`
const isComplete = (id: string) =>
  vi.waitFor(async () => expect(await node.operations.getTorrent({ id })).toMatchObject({ progress: 1 }), {
    timeout: limitMs(30),
  })

test('a link to a file that a torrent of the list has is downloaded by that torrent', async () => {
  files.set('/pub/film%20%231.bin', CONTENT)
  // Nothing arrives before the link is added.
  held = []
  const id = await addTorrent()
  await vi.waitFor(() => expect(held).not.toEqual([]), { timeout: limitMs(30) })
  const added = await node.operations.addTorrent({ source: `${link()}#part` })
  expect(added).toMatchObject({ added: false, torrent: { id }, job: null })
  const waiting = held
  held = null
  for (const answer of waiting) answer()
  await isComplete(id)
  expect(await readFile(join(node.directory, 'film #1.bin'))).toEqual(CONTENT)
})

test('a paused torrent, another folder and another file are no reason to use it', async () => {
  await addTorrent({ paused: true })
  files.set('/pub/film%20%231.bin', CONTENT)
  files.set('/pub/other.bin', CONTENT)
  for (const source of [link(), `${server.url}/pub/other.bin`])
    expect(await node.operations.addTorrent({ source })).toMatchObject({ torrent: null, job: {} })
})

test('the link is downloaded by itself after its bytes did not match the hashes of the torrent', async () => {
  const other = Buffer.from(CONTENT.map(byte => byte ^ 1))
  files.set('/pub/film%20%231.bin', other)
  const id = await addTorrent()
  await vi.waitFor(
    async () => {
      const { items } = await node.operations.listPeers({ id })
      expect(items).toMatchObject([{ kind: 'webseed', progress: 0 }])
    },
    { timeout: limitMs(30) },
  )
  const { job } = await node.operations.addTorrent({ source: link() })
  await vi.waitFor(async () =>
    expect(await node.operations.getJob({ id: job!.id })).toMatchObject({ state: 'done' }),
  )
  const { path } = await node.operations.getJob({ id: job!.id })
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  expect(digest(await readFile(path!))).toBe(digest(other))
})

/** Makes the server return a Link header that names a torrent of `content`. Returns the link. */
async function offerLinked(content: Buffer): Promise<string> {
  const folder = join(node.folder, 'linked')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.iso'), content)
  const metainfo = await createTorrent(join(folder, 'a.iso'))
  files.set('/a.iso', CONTENT)
  files.set('/a.iso.torrent', Buffer.from(writeMetainfo(metainfo)))
  links.set('/a.iso', '<a.iso.torrent>; rel=describedby; type="application/x-bittorrent"')
  return `${server.url}/a.iso`
}

test('a torrent that the server names downloads the file if the settings say so, from the server too', async () => {
  const source = await offerLinked(CONTENT)
  expect(await node.operations.addTorrent({ source })).toMatchObject({ torrent: null, job: {} })
  await node.operations.changeSettings({ downloads: { linkedTorrents: true } })
  const { torrent, job } = await node.operations.addTorrent({ source, directory: join(node.directory, 'b') })
  expect(job).toBeNull()
  await isComplete(torrent!.id)
  expect(await node.operations.getTorrent({ id: torrent!.id })).toMatchObject({ webSeeds: [source] })
  expect(await readFile(join(node.directory, 'b', 'a.iso'))).toEqual(CONTENT)
})

test('a torrent of another length, one that is missing and a link with a secret are left alone', async () => {
  await node.operations.changeSettings({ downloads: { linkedTorrents: true } })
  const source = await offerLinked(CONTENT.subarray(1))
  expect(await node.operations.addTorrent({ source })).toMatchObject({ torrent: null, job: {} })
  await offerLinked(CONTENT)
  const secret = source.replace('//', '//me:word@')
  expect(await node.operations.addTorrent({ source: secret })).toMatchObject({ torrent: null, job: {} })
  files.delete('/a.iso.torrent')
  const directory = join(node.directory, 'c')
  expect(await node.operations.addTorrent({ source, directory })).toMatchObject({ torrent: null, job: {} })
})
