import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Uploads } from './uploads.ts'

let folder: string
let uploads: Uploads
const signal = new AbortController().signal
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-uploads-'))
  uploads = new Uploads(() => folder, '/data')
})
afterEach(async () => {
  await uploads.close()
  await rm(folder, { recursive: true, force: true })
})

async function* body(...chunks: string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Sends a first chunk and then stalls until it is aborted. */
function stuck() {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  async function* chunks() {
    yield Buffer.from('first')
    resolve()
    await new Promise(() => {})
  }
  return { begun, chunks: chunks() }
}

const send = (id: string, path: string, text: string) => uploads.receive(id, path, body(text), { signal })

test('a file keeps its name, or gets a free one if it exists', async () => {
  await writeFile(join(folder, 'a.txt'), 'mine')
  const { id } = await uploads.create('a.txt')
  await send(id, 'a.txt', 'hello')
  expect(await uploads.finish(id)).toBe(join(folder, 'a (2).txt'))
  expect(await readFile(join(folder, 'a (2).txt'), 'utf8')).toBe('hello')
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('mine')
  expect((await readdir(folder)).sort()).toEqual(['a (2).txt', 'a.txt'])
})

test('a hidden name is stored as a visible one, and shown so', async () => {
  const [file, folders] = [await uploads.create('.bashrc'), await uploads.create('.ssh')]
  expect([file.name, folders.name]).toEqual(['_bashrc', '_ssh'])
  await send(file.id, '.bashrc', 'hello')
  await send(folders.id, 'authorized_keys', 'hello')
  expect(await uploads.finish(file.id)).toBe(join(folder, '_bashrc'))
  expect(await readFile(join(folder, '_bashrc'), 'utf8')).toBe('hello')
  expect(await uploads.finish(folders.id)).toBe(join(folder, '_ssh'))
  expect((await readdir(folder)).sort()).toEqual(['_bashrc', '_ssh'])
})

test('two uploads of one name that end together get separate paths', async () => {
  const ids = [(await uploads.create('a.txt')).id, (await uploads.create('a.txt')).id]
  for (const id of ids) await send(id, 'a.txt', id)
  const paths = await Promise.all(ids.map(id => uploads.finish(id)))
  expect(await Promise.all(paths.map(path => readFile(path, 'utf8')))).toEqual(ids)
})

test('a folder is moved as a whole, to the download folder at its start', async () => {
  const { id } = await uploads.create('album')
  await send(id, 'one/a.txt', 'a')
  await send(id, 'b.txt', 'b')
  const elsewhere = join(folder, 'elsewhere')
  await mkdir(elsewhere)
  const before = folder
  folder = elsewhere
  try {
    expect(await uploads.finish(id)).toBe(join(before, 'album'))
  } finally {
    folder = before
  }
  expect(await readFile(join(folder, 'album/one/a.txt'), 'utf8')).toBe('a')
})

test('the status of an upload has a constant size and counts the received files', async () => {
  const { id } = await uploads.create('many')
  for (let at = 1; at <= 20; at++) {
    const said = await send(id, `${at}.txt`, 'hello')
    expect(said).toMatchObject({ id, fileCount: at, receivedBytes: 5 * at })
    expect(JSON.stringify(said).length).toBeLessThan(200)
  }
  await expect(send(id, '1.txt', 'again')).rejects.toMatchObject({ code: 'conflict' })
  expect(uploads.get(id)).toMatchObject({ fileCount: 20, receivedBytes: 100 })
})

test('it is shared once: later requests are rejected', async () => {
  const { id } = await uploads.create('a.txt')
  await send(id, 'a.txt', 'a')
  const both = await Promise.allSettled([uploads.finish(id), uploads.finish(id), send(id, 'late.txt', 'x')])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(both[1]).toMatchObject({ reason: { code: 'not-found' } })
})

test('cancelling stops the transfer and leaves nothing behind', async () => {
  const { id } = await uploads.create('big')
  const { begun, chunks } = stuck()
  const receiving = uploads.receive(id, 'sub/big.bin', chunks, { signal })
  receiving.catch(() => {})
  await begun
  await uploads.cancel(id)
  await expect(receiving).rejects.toMatchObject({ code: 'not-found' })
  expect(await readdir(folder)).toEqual([])
})

test('all uploads end with the node', async () => {
  const { id } = await uploads.create('big')
  const { begun, chunks } = stuck()
  const receiving = uploads.receive(id, 'big', chunks, { signal })
  receiving.catch(() => {})
  await begun
  await uploads.close()
  await expect(receiving).rejects.toMatchObject({ code: 'not-found' })
  expect(await readdir(folder)).toEqual([])
  await expect(uploads.create('more')).rejects.toMatchObject({ code: 'closed' })
})

test('an incomplete file is deleted and can be sent again', async () => {
  const { id } = await uploads.create('a.txt')
  async function* breaking() {
    yield Buffer.from('half')
    throw new Error('the connection is gone')
  }
  await expect(uploads.receive(id, 'a.txt', breaking(), { signal })).rejects.toThrow('gone')
  await send(id, 'a.txt', 'whole')
  expect(await readFile(await uploads.finish(id), 'utf8')).toBe('whole')
})

test('a name that conflicts with another is rejected, and existing files stay', async () => {
  const { id } = await uploads.create('x')
  await send(id, 'a', 'a file')
  await expect(send(id, 'a/b', 'below a file')).rejects.toThrow()
  await send(id, 'c/d', 'below a folder')
  await expect(send(id, 'c', 'a file')).rejects.toThrow()
  await expect(send(id, 'a', 'again')).rejects.toMatchObject({ code: 'conflict' })
  const path = await uploads.finish(id)
  expect(await readFile(join(path, 'a'), 'utf8')).toBe('a file')
  expect(await readFile(join(path, 'c/d'), 'utf8')).toBe('below a folder')
})

test.each([
  '..',
  '../x',
  'a/../../x',
  '/etc/x',
  'a//b',
  'a/',
  '.',
  'a\\b',
  'a\0',
  'x'.repeat(256),
  '.shoal-upload-x',
])('the path %j is rejected', async path => {
  const { id } = await uploads.create('x')
  await expect(send(id, path, 'x')).rejects.toMatchObject({ code: 'bad-request', field: 'path' })
})

test('at most a hundred are open, also if they start at once', async () => {
  const all = await Promise.allSettled(Array.from({ length: 110 }, () => uploads.create('x')))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(100)
})

test('only leftovers of an earlier run are deleted at startup', async () => {
  const { id } = await uploads.create('mine')
  await send(id, 'a.txt', 'half')
  // Another node with the same folder, given by a different path.
  const other = new Uploads(() => folder, '/other')
  const { id: others } = await other.create('theirs')
  await other.receive(others, 'b.txt', body('half'), { signal })
  await mkdir(join(folder, '.shoal-upload-of-last-year'))
  const names = await readdir(folder)
  await new Uploads(() => folder, '/data').tidy()
  const left = await readdir(folder)
  expect(names.filter(name => !left.includes(name))).toEqual([expect.stringContaining(id)])
  expect(left).toHaveLength(2)
  expect(await other.finish(others)).toBe(join(folder, 'theirs'))
})
