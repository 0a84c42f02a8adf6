/** The command line as users run it: complete processes, on loopback. */
import { stat, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { LOOPBACK, Workplace } from '../apps/node/src/testing/shoal-process.ts'

describe('seed and get', () => {
  test.each([
    ['hybrid', [], 'prefer'],
    ['v1', ['--v1'], 'require'],
    ['v2', ['--v2'], 'plain'],
  ] as const)('transfers a folder by magnet link: %s', async (_version, options, encryption) => {
    await using place = await Workplace.create()
    const a = await place.file('Photos/a.bin', 1_000_000)
    const b = await place.file('Photos/sub/b.bin', 70_000)
    await writeFile(place.at('Photos/empty'), '')
    const { process, peer, magnet } = await place.seed('Photos', ...options)
    const get = place.start(
      'get',
      magnet,
      '-o',
      'in',
      '--peer',
      peer,
      '--encryption',
      encryption,
      ...LOOPBACK,
      '--json',
    )
    expect(await get.finished).toMatchObject({ code: 0, stderr: '' })
    expect(get.objects.find(({ event }) => event === 'complete')).toMatchObject({
      name: 'Photos',
      path: place.at('in', 'Photos'),
      length: 1_070_000,
    })
    expect((await place.read('in/Photos/a.bin')).equals(a)).toBe(true)
    expect((await place.read('in/Photos/sub/b.bin')).equals(b)).toBe(true)
    expect(await place.read('in/Photos/empty')).toHaveLength(0)

    const info = await place.json('info', magnet, '--peer', peer, ...LOOPBACK)
    expect(info.object).toMatchObject({ name: 'Photos', length: 1_070_000, magnet })
    expect((await process.interrupt()).code).toBe(0)
  })

  test('resumes after Ctrl-C and after a kill', async () => {
    await using place = await Workplace.create()
    const bytes = await place.file('film.bin', 6_000_000)
    const { peer, magnet } = await place.seed('film.bin')
    const get = (...more: string[]) =>
      place.start('get', magnet, '-o', 'in', '--peer', peer, ...LOOPBACK, '--json', ...more)
    // Slow enough that the third process starts while the second is downloading, on any machine.
    const slowly = ['--limit-down', '300kB', '--preallocate']
    const first = get(...slowly)
    await first.event('progress', ({ haveBytes }) => haveBytes > 300_000)
    // All disk space is reserved from the start.
    expect(512 * (await stat(place.at('in/film.bin'))).blocks).toBeGreaterThanOrEqual(bytes.length)
    const { code } = await first.interrupt()
    expect(code).toBe(130)
    expect(first.objects.at(-1)).toMatchObject({ error: { code: 'cancelled' } })

    const second = get(...slowly)
    const resumed = await second.event('progress', ({ state }) => state === 'downloading')
    expect(resumed.haveBytes).toBeGreaterThan(300_000)
    // Another process may not write to the same files.
    expect((await get().finished).stdout).toContain('is downloading this into the same folder')
    await second.event('progress', ({ haveBytes }) => haveBytes > resumed.haveBytes + 300_000)
    await second.kill()

    const last = get()
    expect((await last.finished).code).toBe(0)
    expect((await place.read('in/film.bin')).equals(bytes)).toBe(true)
    // Everything is complete, so no peer is needed.
    const again = await place.json('get', magnet, '-o', 'in', ...LOOPBACK)
    expect(again).toMatchObject({
      code: 0,
      object: { event: 'complete', downloadedBytes: expect.any(Number) },
    })
  })
})
