import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { parseMetainfo, writeMetainfo } from '@shoal/torrent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace } from '../../testing/shoal-process.ts'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  await place.file('Photos/a.bin', 100_000)
  await place.file('Photos/sub/b.bin', 20_000)
  await writeFile(place.at('Photos/empty'), '')
})
afterAll(() => place[Symbol.asyncDispose]())

describe('create', () => {
  test('writes a hybrid by default, which info and check read', async () => {
    const created = await place.json('create', 'Photos', '-o', 'photos.torrent', '--comment', 'Summer')
    expect(created).toMatchObject({
      code: 0,
      stderr: '',
      object: { name: 'Photos', version: 'hybrid', length: 120_000 },
    })
    const { object } = await place.json('info', 'photos.torrent')
    const { file, ...rest } = created.object
    expect(file).toBe(place.at('photos.torrent'))
    expect(object).toEqual(rest)
    expect(object).toMatchObject({
      pieceLength: 16_384,
      private: false,
      trackers: [],
      webSeeds: [],
      comment: 'Summer',
      infoHashes: {
        v1: expect.stringMatching(/^[0-9a-f]{40}$/),
        v2: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      cid: expect.stringMatching(/^baf5rei/),
      magnet: expect.stringContaining(
        `xt=urn:btih:${object.infoHashes.v1}&xt=urn:btmh:1220${object.infoHashes.v2}`,
      ),
    })
    expect(object.files).toEqual([
      {
        path: 'Photos/a.bin',
        length: 100_000,
        piecesRoot: expect.stringMatching(/^[0-9a-f]{64}$/),
        cid: expect.stringMatching(/^bafkyf3qce/),
      },
      { path: 'Photos/empty', length: 0 },
      expect.objectContaining({ path: 'Photos/sub/b.bin', length: 20_000 }),
    ])
    const checked = await place.json('check', 'photos.torrent', '.')
    expect(checked).toMatchObject({ code: 0, object: { complete: true, haveBytes: 120_000 } })
  })

  test('of a v2 .torrent that lacks hashes: info and check say so', async () => {
    await place.run('create', 'Photos/a.bin', '--v2', '--piece-length', '16KiB', '-o', 'whole.torrent')
    const metainfo = parseMetainfo(await readFile(place.at('whole.torrent')))
    await writeFile(place.at('bare.torrent'), writeMetainfo({ ...metainfo, pieceLayers: new Map() }))
    const info = await place.run('info', 'bare.torrent')
    expect(info.stdout).toContain('of 1 file missing: peers send them')
    const whole = await place.json('check', 'bare.torrent', 'Photos')
    expect(whole).toMatchObject({ code: 0, object: { complete: true, withoutHashes: 0 } })
    await mkdir(place.at('damaged'))
    await writeFile(place.at('damaged/a.bin'), new Uint8Array(100_000))
    const damaged = await place.run('check', 'bare.torrent', 'damaged')
    expect(damaged).toMatchObject({ code: 1 })
    expect(damaged.stdout).toContain('The .torrent lacks the hashes of 1 file')
  })

  test('applies every option to the torrent', async () => {
    const options = [
      '--tracker',
      'udp://one.example:1,http://two.example/a',
      '--tracker',
      'wss://three.example',
    ]
    const more = [
      '--web-seed',
      'http://web.example/',
      '--private',
      '--piece-length',
      '32KiB',
      '--source',
      'club',
    ]
    const { code } = await place.run(
      'create',
      'Photos/a.bin',
      '--out',
      'a.torrent',
      '--v1',
      '--name',
      'x.bin',
      ...options,
      ...more,
    )
    expect(code).toBe(0)
    const { info, trackers, webSeeds, createdBy } = parseMetainfo(await readFile(place.at('a.torrent')))
    expect(info).toMatchObject({
      version: 'v1',
      name: 'x.bin',
      private: true,
      source: 'club',
      pieceLengthBytes: 32_768,
    })
    expect(trackers).toEqual([['udp://one.example:1', 'http://two.example/a'], ['wss://three.example']])
    expect({ webSeeds, createdBy }).toMatchObject({
      webSeeds: ['http://web.example/'],
      createdBy: expect.stringMatching(/^Shoal /),
    })
    const { object } = await place.json('info', 'a.torrent')
    expect(object.trackers).toEqual(trackers.flat())
    expect(object.infoHashes).not.toHaveProperty('v2')
    expect(object.files[0]).not.toHaveProperty('cid')
  })

  test('writes to standard output on request, and to NAME.torrent by default', async () => {
    const piped = place.start('create', 'Photos/a.bin', '--v2', '-o', '-')
    const chunks: Buffer[] = []
    piped.child.stdout!.on('data', chunk => chunks.push(chunk))
    await piped.finished
    expect(parseMetainfo(Buffer.concat(chunks)).info.version).toBe('v2')
    const { stdout } = await place.run('create', 'Photos/a.bin')
    expect(stdout).toMatch(/^Wrote a\.bin\.torrent\nmagnet:\?xt=\S+\n$/)
  })

  test('replaces a file only if asked', async () => {
    await writeFile(place.at('notes.txt'), 'my notes')
    const refused = await place.json('create', 'Photos', '-o', 'notes.txt')
    expect(refused).toMatchObject({ code: 1, object: { error: { code: 'exists' } } })
    expect(await readFile(place.at('notes.txt'), 'utf8')).toBe('my notes')
    expect(await place.json('create', 'Photos', '-o', 'notes.txt', '--replace')).toMatchObject({ code: 0 })
    expect(parseMetainfo(await readFile(place.at('notes.txt'))).info.name).toBe('Photos')
  })

  test('reports in one line what cannot be shared', async () => {
    const missing = await place.run('create', 'nothing')
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/^shoal: .*nothing.*\n$/)
    expect(await place.json('create', 'Photos', '--tracker', 'gopher://x')).toMatchObject({
      code: 1,
      object: {
        error: { code: 'bad-argument', message: expect.stringContaining('gopher://x is not a tracker URL') },
      },
    })
  })
})

describe('check', () => {
  test('lists damaged and missing files, and fails', async () => {
    await place.run('create', 'Photos', '-o', 'checked.torrent')
    const bytes = await place.read('Photos/a.bin')
    const wrong = Buffer.from(bytes)
    wrong[50_000]! ^= 1
    try {
      await writeFile(place.at('Photos/a.bin'), wrong)
      await rm(place.at('Photos/sub/b.bin'))
      const { code, object } = await place.json('check', 'checked.torrent', 'Photos')
      expect(code).toBe(1)
      expect(object).toMatchObject({ complete: false, haveBytes: 100_000 - 16_384 })
      expect(object.files.map((file: { state: string }) => file.state)).toEqual([
        'incomplete',
        'complete',
        'missing',
      ])
      const { stdout } = await place.run('check', 'checked.torrent', '.')
      expect(stdout).toMatch(/83\.6 % correct: Photos\/a\.bin\nmissing: Photos\/sub\/b\.bin\n/)
    } finally {
      await writeFile(place.at('Photos/a.bin'), bytes)
      await place.file('Photos/sub/b.bin', 20_000)
    }
  })

  test('needs a .torrent and a folder', async () => {
    const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`
    expect((await place.json('check', link, '.')).object.error.message).toContain('give a .torrent')
    await writeFile(place.at('junk.torrent'), 'junk')
    expect((await place.json('check', 'junk.torrent', '.')).object.error.code).toBe('bad-torrent')
    expect((await place.json('check', 'checked.torrent', 'nowhere')).object.error.code).toBe('not-found')
  })
})

describe('info', () => {
  test('prints only what a link contains with --no-fetch', async () => {
    const link = `magnet:?xt=urn:btih:${'AB'.repeat(20)}&dn=Old+film&tr=udp%3A%2F%2Ft.example%3A1&ws=http%3A%2F%2Fw.example%2F`
    const { code, object } = await place.json('info', link, '--no-fetch')
    expect(code).toBe(0)
    expect(object).toMatchObject({
      name: 'Old film',
      length: null,
      pieceLength: null,
      files: null,
      private: null,
      infoHashes: { v1: 'ab'.repeat(20) },
      cid: expect.stringMatching(/^baf5rcf/),
      trackers: ['udp://t.example:1'],
      webSeeds: ['http://w.example/'],
    })
    const { stdout } = await place.run('info', object.cid, '--no-fetch')
    expect(stdout).toContain(`Info hash v1: ${'ab'.repeat(20)}`)
  })
})

describe('every command', () => {
  test.each([
    [['inof'], 2, /there is no command "inof": did you mean info\?\nSee: .+ --help\n/],
    [['magnet:?xt=urn:btih:x'], 2, /to download it, run .+ get LINK/],
    [['get'], 2, /LINK is missing/],
    [['get', 'x', '--limit-down', 'fast'], 2, /--limit-down: "fast" is not a size.*\nSee: .+ get --help/],
    [
      ['get', 'magnet:?dn=x', '-o', 'out', '--no-dht', '--no-lsd', '--no-port-mapping', '--port', '0'],
      1,
      /magnet link has no info hash/,
    ],
    [['info', 'absent.torrent'], 1, /absent\.torrent does not exist/],
    [['seed', 'absent'], 1, /absent: there is no such file or folder/],
    [['--jsno'], 2, /there is no option --jsno: did you mean --json\?/],
  ])('reports the mistake in %j', async (args, code, message) => {
    const finished = await place.run(...args)
    expect(finished).toMatchObject({ code, stdout: '' })
    expect(finished.stderr).toMatch(/^shoal: /)
    expect(finished.stderr).toMatch(message)
  })

  test('reports mistakes in JSON', async () => {
    const { code, object, stderr } = await place.json('get', '--nothing')
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(object).toEqual({ error: { code: 'bad-argument', message: expect.stringContaining('--nothing') } })
  })

  test('prints German with --lang de, except for JSON', async () => {
    // A process has one language.
    const german = (...words: string[]) => place.start(...words).finished
    const wrong = await german('get', '--lang', 'de')
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('shoal: LINK fehlt:') })
    expect((await german('--lang=de', 'help', 'check')).stdout).toMatch(/^Aufruf: [\s\S]*Beispiel:/)
    const checked = await german('check', 'photos.torrent', '.', '--lang', 'de')
    expect(checked.stdout).toBe('Photos: vollständig, 3 Dateien, 120 kB\n')
    const { object } = await place.json('get', '--lang', 'de')
    expect(object.error.message).toContain('LINK is missing')
  })

  test('has help and a version', async () => {
    expect(await place.run('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' })
    expect((await place.run('--help')).stdout).toContain('Torrents of a running node:')
    for (const args of [
      ['get', '--help'],
      ['help', 'get'],
    ])
      expect((await place.run(...args)).stdout).toMatch(/Usage: .+ get LINK \[options\][\s\S]*Examples:/)
  })
})

test('a word that is not a link is a mistake of the user, as for add', async () => {
  const alone = ['--no-dht', '--no-lsd', '--no-port-mapping', '--no-trackers', '--port', '0']
  const { code, object } = await place.json('get', 'notalink', ...alone)
  expect([code, object.error.code]).toEqual([2, 'unknown-identifier'])
})
