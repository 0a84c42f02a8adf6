import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ByteSource, bytesSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { locate, readContents } from './contents.ts'
import { writeHeader } from './header.ts'
import { layOut, type SealInput } from './layout.ts'
import { parsePax, writePax } from './pax.ts'
import { TarSource } from './tar-source.ts'

const encode = (text: string) => new TextEncoder().encode(text)

function archive(inputs: readonly SealInput[]): TarSource {
  const { segments, lengthBytes } = layOut(inputs)
  return new TarSource(segments, lengthBytes)
}

async function errorCode(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    error => (error instanceof SealedError ? error.code : String(error)),
  )
}

/** Creates an archive of one header and its content. */
function singleEntry(name: string, type = '0', body = new Uint8Array(), linkName = ''): Uint8Array {
  const bytes = new Uint8Array(512 + Math.ceil(body.length / 512) * 512 + 1024)
  const header = writeHeader({ name, mode: 0o644, sizeBytes: body.length, modifiedSeconds: 0, type })
  header.set(encode(linkName), 157)
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.set(encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  bytes.set(header)
  bytes.set(body, 512)
  return bytes
}

const component = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map(text => text.toWellFormed().replace(/[/\0]/g, '_'))
  .filter(text => text !== '.' && text !== '..')
const inputs = fc
  .uniqueArray(
    fc.record({
      path: fc.array(component, { minLength: 1, maxLength: 4 }),
      content: fc.option(fc.uint8Array({ maxLength: 1500 }), { nil: undefined }),
      modifiedMs: fc.integer({ min: 0, max: 4e12 }),
      executable: fc.boolean(),
    }),
    // Each below its own top folder, so that no name is both a file and a folder.
    { maxLength: 8, minLength: 1 },
  )
  .map(list =>
    list.map(({ path, content, ...facts }, at) => ({
      ...facts,
      path: [`${at}`, ...path],
      ...(content && { content: bytesSource(content) }),
    })),
  )

test('an archive reads back with its content', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async list => {
      const tar = archive(list)
      const { entries, skippedCount } = await readContents(tar)
      expect(skippedCount).toBe(0)
      expect(entries.map(({ path, folder, lengthBytes }) => ({ path, folder, lengthBytes }))).toEqual(
        list.map(({ path, content }) => ({ path, folder: !content, lengthBytes: content?.lengthBytes ?? 0 })),
      )
      for (const [at, { content, modifiedMs, executable }] of list.entries()) {
        if (!content) continue
        const place = await locate(tar, entries[at]!)
        expect(place.modifiedMs).toBe(Math.floor(modifiedMs / 1000) * 1000)
        expect(place.executable).toBe(executable)
        expect(await tar.read(place.dataOffset, content.lengthBytes)).toEqual(
          await content.read(0, content.lengthBytes),
        )
      }
    }),
    { numRuns: 60 },
  )
})

test('GNU tar lists the same names and ignores the index', async () => {
  const list: SealInput[] = [
    { path: ['Größe', 'ß'.repeat(80)], content: bytesSource(encode('a')) },
    {
      path: ['deep', ...Array.from({ length: 20 }, (_, at) => `folder ${at}`), 'x'],
      content: bytesSource(encode('b')),
    },
    { path: ['empty file'], content: bytesSource(new Uint8Array()) },
    { path: ['empty folder'] },
  ]
  const tar = archive(list)
  const bytes = await tar.read(0, tar.lengthBytes)
  const names = execFileSync('tar', ['tf', '-', '--quoting-style=literal'], { input: bytes, stdio: 'pipe' })
  expect(names.toString().trim().split('\n')).toEqual(
    list.map(({ path, content }) => path.join('/') + (content ? '' : '/')),
  )
})

/** Bytes that depend on their offset and take no memory. */
function virtualFile(lengthBytes: number): ByteSource {
  return {
    lengthBytes,
    read: async (offset, length) =>
      Uint8Array.from({ length }, (_, at) => Math.floor((offset + at) / 256) & 255),
  }
}

test('files larger than 8 GiB and files after them are found', async () => {
  const big = 2 ** 35 + 7
  const tar = archive([
    { path: ['big'], content: virtualFile(big) },
    { path: ['after'], content: bytesSource(encode('after')) },
  ])
  expect(tar.lengthBytes).toBeGreaterThan(big)
  const { entries } = await readContents(tar)
  expect(entries[0]!.lengthBytes).toBe(big)
  const place = await locate(tar, entries[0]!)
  expect(await tar.read(place.dataOffset + 2 ** 34, 3)).toEqual(await virtualFile(big).read(2 ** 34, 3))
  const after = await locate(tar, entries[1]!)
  expect(await tar.read(after.dataOffset, 5)).toEqual(encode('after'))
})

test('GNU tar reads the sizes of such an archive', async () => {
  const big = 2 ** 35 + 7
  const { segments, lengthBytes } = layOut([
    { path: ['big'], content: virtualFile(big) },
    { path: ['after'], content: bytesSource(encode('x')) },
  ])
  const folder = await mkdtemp(join(tmpdir(), 'shoal-tar-'))
  const path = join(folder, 'sparse.tar')
  const file = await open(path, 'w')
  try {
    await file.truncate(lengthBytes)
    for (const { offset, content } of segments)
      if (content instanceof Uint8Array) await file.write(content, 0, content.length, offset)
    const list = execFileSync('tar', ['tvf', path, '--seek']).toString().trim().split('\n')
    expect(list.map(line => line.trim().split(/\s+/)).map(words => [words.at(-1), words[2]])).toEqual([
      ['big', String(big)],
      ['after', '1'],
    ])
  } finally {
    await file.close()
    await rm(folder, { recursive: true })
  }
})

test('GNU’s binary sizes are read', async () => {
  const bytes = singleEntry('big')
  bytes.set([0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0], 124)
  bytes.fill(0x20, 148, 156)
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  bytes.set(encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  const long: ByteSource = {
    lengthBytes: 2 ** 34,
    read: async (offset, length) => {
      const part = new Uint8Array(length)
      part.set(bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)))
      return part
    },
  }
  expect((await readContents(long)).entries[0]!.lengthBytes).toBe(2 ** 33)
})

test.each(['/etc/passwd', '../up', 'a/../../b', 'a/..'])('the name %s is rejected', async name => {
  expect(await errorCode(readContents(bytesSource(singleEntry(name))))).toBe('unsafe-path')
})

test.each([
  ['2', 'symbolic link'],
  ['3', 'device'],
  ['6', 'pipe'],
])('type %s (%s) is skipped', async type => {
  expect(await readContents(bytesSource(singleEntry('x', type, undefined, '/etc/passwd')))).toEqual({
    entries: [],
    skippedCount: 1,
  })
})

test('a hard link is another name of its file; a dangling one is skipped', async () => {
  const file = singleEntry('one', '0', encode('content')).subarray(0, 1024)
  const link = singleEntry('two', '1', undefined, 'one')
  const both = bytesSource(Uint8Array.from([...file, ...link]))
  const { entries } = await readContents(both)
  expect(entries.map(({ path }) => path.join('/'))).toEqual(['one', 'two'])
  const { dataOffset } = await locate(both, entries[1]!)
  expect(await both.read(dataOffset, 7)).toEqual(encode('content'))
  expect(
    await errorCode(readContents(bytesSource(singleEntry('two', '1', undefined, '../../etc/passwd')))),
  ).toBe('unsafe-path')
  expect((await readContents(bytesSource(singleEntry('two', '1', undefined, 'none')))).skippedCount).toBe(1)
})

test('an archive with too many names for the same bytes is rejected', async () => {
  const file = singleEntry('0', '0', new Uint8Array(100_000)).subarray(0, 512 + 100_352)
  const links = Array.from({ length: 60 }, (_, at) =>
    singleEntry(`${at + 1}`, '1', undefined, '0').subarray(0, 512),
  )
  const source = bytesSource(new Uint8Array(Buffer.concat([file, ...links, new Uint8Array(1024)])))
  expect(await errorCode(readContents(source))).toBe('too-large')
})

test('excessive headers before the first file are rejected', async () => {
  const header = singleEntry('pax_global_header', 'g', new Uint8Array(512)).subarray(0, 512)
  const endless: ByteSource = {
    lengthBytes: 2 ** 40,
    read: async (offset, length) =>
      offset % 1024 === 0 ? header : encode(`${length} comment=${'x'.repeat(length - 13)}\n`),
  }
  expect(await errorCode(readContents(endless))).toBe('too-large')
})

test('input that is not an archive is rejected', async () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(2048), encode('x'.repeat(1024))])
    expect(await errorCode(readContents(bytesSource(bytes)))).toBe('not-an-archive')
})

test('an index that does not match the files is rejected', async () => {
  const { segments, lengthBytes } = layOut([{ path: ['a'], content: bytesSource(encode('12345')) }])
  const tar = new TarSource(segments, lengthBytes)
  const bytes = await tar.read(0, lengthBytes)
  const changed = Buffer.from(
    Buffer.from(bytes).toString('latin1').replace('["a",5,0]', '["a",6,0]'),
    'latin1',
  )
  const source = bytesSource(new Uint8Array(changed))
  const { entries } = await readContents(source)
  expect(await errorCode(locate(source, entries[0]!))).toBe('damaged')
})

test('any changed bytes give contents or a SealedError in bounded time', async () => {
  const tar = archive([
    { path: ['a', 'ü'.repeat(80)], content: bytesSource(encode('x'.repeat(700))) },
    { path: ['b'], content: bytesSource(encode('y')) },
  ])
  const whole = await tar.read(0, tar.lengthBytes)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      fc.nat(whole.length),
      fc.boolean(),
      async (changes, cut, fix) => {
        const bytes = whole.slice(0, cut)
        for (const [at, value] of changes) if (at < cut) bytes[at] = value
        if (fix) for (let at = 0; at + 512 <= cut; at += 512) fixChecksum(bytes.subarray(at, at + 512))
        const source = bytesSource(bytes)
        const code = await errorCode(
          readContents(source).then(({ entries }) =>
            Promise.all(entries.map(entry => locate(source, entry))),
          ),
        )
        expect([undefined, 'not-an-archive', 'unsafe-path', 'damaged', 'too-large', 'unsupported']).toContain(
          code,
        )
      },
    ),
    { numRuns: 300 },
  )
})

function fixChecksum(block: Uint8Array): void {
  if (!Buffer.from(block.subarray(257, 262)).equals(Buffer.from('ustar'))) return
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.set(encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
}

test('invalid names are rejected', () => {
  for (const path of [[], [''], ['..'], ['a', '.'], ['a/b']])
    expect(() => layOut([{ path }]), JSON.stringify(path)).toThrow(SealedError)
  expect(() => layOut([])).toThrow(SealedError)
  expect(() => layOut([{ path: ['a'] }, { path: ['a'] }])).toThrow(/twice/)
})

test('pax records parse back', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z.]{1,90}$/), fc.string({ unit: 'grapheme', maxLength: 1200 })),
      records => {
        const wellFormed = Object.fromEntries(
          Object.entries(records).map(([key, value]) => [key, value.toWellFormed()]),
        )
        expect(Object.fromEntries(parsePax(writePax(wellFormed)))).toEqual(wellFormed)
      },
    ),
  )
})

test('the index of 20,000 files is split into parts, which tar skips', async () => {
  const list = Array.from({ length: 20_000 }, (_, at) => ({
    path: ['folder', `file number ${at}`],
    content: bytesSource(new Uint8Array()),
  }))
  const tar = archive(list)
  expect((await readContents(tar)).entries).toHaveLength(20_000)
  const bytes = await tar.read(0, tar.lengthBytes)
  const names = execFileSync('tar', ['tf', '-'], { input: bytes, maxBuffer: 1e8 }).toString()
  expect(names.split('\n')).toHaveLength(20_001)
})
