import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { extractText, isIndexable } from './extract-text.ts'
import { Extractor } from './extractor.ts'
import { makeEpub, makePdf } from './testing/documents.ts'

let folder = ''
let extractor: Extractor
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-documents-'))
  extractor = new Extractor()
})
afterEach(async () => {
  await extractor.close()
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Extracts in this thread. */
async function textOf(name: string, content: Uint8Array | string): Promise<string> {
  return (await extractText(file(name, content), name)).text
}

describe('text', () => {
  test.each<[string, Uint8Array | string, string]>([
    ['UTF-8', 'Größe  und\n\nmehr\t東京', 'Größe und mehr 東京'],
    ['UTF-8 with a mark', Buffer.from('\ufeffabc'), 'abc'],
    ['UTF-16', Buffer.from('\ufeffGröße', 'utf16le'), 'Größe'],
    ['UTF-16, the other way round', Buffer.from('\ufeffGröße', 'utf16le').swap16(), 'Größe'],
    ['Latin-1', Buffer.from('Größe', 'latin1'), 'Größe'],
    ['letters and accents apart', 'Cafe\u0301', 'Café'],
    ['nothing', '', ''],
  ])('%s', async (_, content, text) => expect(await textOf('a.txt', content)).toBe(text))

  test.each<[string, Uint8Array | string]>([
    ['with zeros', Uint8Array.of(65, 0, 66)],
    ['with control characters', Uint8Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : 65))],
  ])('that is none, %s', async (_, content) => {
    await expect(textOf('a.txt', content)).rejects.toMatchObject({ code: 'bad-document' })
  })

  test('is truncated if it is long', async () => {
    const found = await extractText(file('a.txt', 'word '.repeat(1_000_000)), 'a.txt')
    expect(found.truncated).toBe(true)
    expect(found.text.length).toBeLessThanOrEqual(4 << 20)
    expect((await extractText(file('b.txt', 'word'), 'b.txt')).truncated).toBe(false)
  })
})

describe('HTML', () => {
  test.each([
    ['what is read', '<p>one<p>two<b>x</b>', 'one twox'],
    ['not what runs or paints', '<style>a</style><script>b</script><svg><text>c</text></svg>d', 'd'],
    ['the title, of the head', '<head><title>T</title><meta name=x>y</head><body>z', 'T z'],
    ['entities', 'a&amp;b &eacute; &#x6771;', 'a&b é 東'],
    ['what is not closed', '<div><p>a <i>b', 'a b'],
    ['tags that are none', 'a < b <', 'a < b <'],
  ])('%s', async (_, html, text) => expect(await textOf('a.html', html)).toBe(text))

  test('is decoded as it declares', async () => {
    const html = Buffer.from('<meta charset="windows-1251"><p>\xcf\xf0\xe8\xe2\xe5\xf2', 'latin1')
    expect(await textOf('a.html', html)).toBe('Привет')
  })

  test('is read up to the nesting limit', async () => {
    const text = await textOf('a.html', `<p>begin${'<div>x'.repeat(1_000_000)}</p>`)
    expect(text).toMatch(/^begin x/)
    expect(text.length).toBeLessThan(10_000)
  })
})

describe('EPUB', () => {
  test('is read in the order of its chapters', async () => {
    expect(await textOf('a.epub', makeEpub(['<p>first', '<p>second', '<p>third']))).toBe('first second third')
  })

  test('is read up to the size limit if it unpacks to more', async () => {
    const bomb = `<p>${'boom '.repeat(15_000_000)}`
    const epub = makeEpub(['<p>before', bomb, '<p>after'])
    expect(epub.length).toBeLessThan(1 << 20)
    expect(await textOf('a.epub', epub)).toBe('before after')
  })

  test('is read up to its declared sizes if these are wrong', async () => {
    const epub = makeEpub([`<p>${'boom '.repeat(100_000)}`])
    const view = new DataView(epub.buffer, epub.byteOffset)
    // The sizes in the central directory, whose entries start with PK 1 2.
    for (let at = 0; at + 46 < epub.length; at++)
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) > 1000)
        view.setUint32(at + 24, 10, true)
    expect((await textOf('a.epub', epub)).length).toBeLessThanOrEqual(10)
  })

  test.each<[string, Uint8Array]>([
    ['no ZIP', strToU8('hello')],
    ['a ZIP of something else', zipSync({ a: strToU8('b') })],
    ['cut short', makeEpub(['<p>a']).subarray(0, 100)],
  ])('%s', async (_, content) => {
    await expect(textOf('a.epub', content)).rejects.toMatchObject({ code: 'bad-document' })
  })
})

describe('PDF', () => {
  test('is read page by page', async () => {
    expect(await textOf('a.pdf', makePdf(['Hello whales', 'page two']))).toBe('Hello whales page two')
  })

  test.each<[string, Uint8Array]>([
    ['no PDF', strToU8('hello')],
    ['nothing but a head', strToU8('%PDF-1.7\n')],
  ])('%s', async (_, content) => {
    await expect(textOf('a.pdf', content)).rejects.toMatchObject({ code: 'bad-document' })
  })
})

test('arbitrary bytes give text or a clear error', async () => {
  const magic = fc.constantFrom('', '%PDF-1.4\n', 'PK\x03\x04', '<html>', '\ufeff')
  const names = fc.constantFrom('a.txt', 'a.html', 'a.xml', 'a.epub', 'a.pdf')
  await fc.assert(
    fc.asyncProperty(names, magic, fc.uint8Array({ maxLength: 300 }), async (name, begin, rest) => {
      const text = await textOf(name, Buffer.concat([Buffer.from(begin), rest])).catch(error => {
        expect(error).toMatchObject({ code: 'bad-document' })
        return ''
      })
      expect(text.isWellFormed()).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test.each([
  ['a/B.PDF', 1000, true],
  ['a.txt', 0, false],
  ['a.txt', 33 << 20, false],
  ['a.mkv', 1000, false],
  ['txt', 1000, false],
])('%s of %i bytes is a document: %s', (path, length, is) => expect(isIndexable(path, length)).toBe(is))

describe('the document thread', () => {
  test('reads one document after the other', async () => {
    const paths = [file('a.txt', 'one'), file('b.pdf', makePdf(['two'])), file('c.html', '<p>three')]
    const found = await Promise.all(paths.map(path => extractor.extract(path, path)))
    expect(found.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  })

  test('reports what cannot be read', async () => {
    const folderPath = join(folder, 'd.txt')
    mkdirSync(folderPath)
    const large = file('l.txt', '')
    truncateSync(large, 40 << 20)
    const code = (path: string, name = path) =>
      extractor.extract(path, name).then(
        () => 'none',
        error => error.code,
      )
    expect(await code(join(folder, 'none.txt'))).toBe('not-found')
    expect(await code(folderPath)).toBe('not-found')
    expect(await code(large)).toBe('too-large')
    expect(await code(file('x.mkv', 'x'))).toBe('unsupported')
    expect(await code(file('x.pdf', 'x'))).toBe('bad-document')
    expect(await code(file('y.txt', 'fine'))).toBe('none')
  })

  test.runIf(process.platform !== 'win32')('does not wait for a pipe', async () => {
    const pipe = join(folder, 'p.txt')
    execFileSync('mkfifo', [pipe])
    await expect(extractor.extract(pipe, 'p.txt')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('is terminated if a document takes too long, and replaced for the next one', async () => {
    const quick = new Extractor({ timeMs: 2000 })
    try {
      // A page of endless operators takes far longer than that.
      const endless = makePdf(Array(40).fill('x'), {
        filter: '/FlateDecode',
        bytes: deflateSync(Buffer.alloc(30 << 20, 'q 1 0 0 1 0 0 cm Q\n')),
      })
      await expect(quick.extract(file('a.pdf', endless), 'a.pdf')).rejects.toMatchObject({ code: 'timeout' })
      expect((await quick.extract(file('b.txt', 'fine'), 'b.txt')).text).toBe('fine')
    } finally {
      await quick.close()
    }
  })

  test('is terminated if a document takes too much memory', async () => {
    const small = new Extractor({ bufferBytes: 64 << 20 })
    try {
      const twice = deflateSync(deflateSync(Buffer.alloc(400 << 20, ' ')))
      const bomb = makePdf(['x'], { filter: '[/FlateDecode /FlateDecode]', bytes: twice })
      expect(bomb.length).toBeLessThan(100_000)
      await expect(small.extract(file('a.pdf', bomb), 'a.pdf')).rejects.toMatchObject({ code: 'too-large' })
      expect((await small.extract(file('b.txt', 'fine'), 'b.txt')).text).toBe('fine')
    } finally {
      await small.close()
    }
  })

  test('stops when the signal aborts', async () => {
    const stop = new AbortController()
    const reading = extractor.extract(file('a.pdf', makePdf(Array(500).fill('x'))), 'a.pdf', stop)
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    await extractor.close()
    await expect(extractor.extract(file('b.txt', 'x'), 'b.txt')).rejects.toMatchObject({ code: 'closed' })
  })
})
