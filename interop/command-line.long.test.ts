/** The command line as users run it: complete processes, on loopback. */
import { appendFile, cp, mkdir, readdir, rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { LOOPBACK, Workplace } from '../apps/node/src/testing/shoal-process.ts'

describe('seed and get', () => {
  test('downloads some files of a .torrent, then the rest', async () => {
    await using place = await Workplace.create()
    for (const name of ['0', '1', '2']) await place.file(`Set/${name}`, 100_000)
    await place.run('create', 'Set', '-o', 'set.torrent')
    const { peer } = await place.seed('Set', '--torrent', 'set.torrent')
    const get = (...more: string[]) =>
      place.run('get', 'set.torrent', '-o', 'in', '--peer', peer, ...LOOPBACK, ...more)
    expect((await get('--select', '0,2')).code).toBe(0)
    expect((await readdir(place.at('in/Set'))).sort()).toEqual(['0', '2'])
    expect(await get('--select', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no file 3'),
    })
    // Without --select, everything is downloaded, regardless of earlier choices.
    expect((await get()).code).toBe(0)
    expect((await place.json('check', 'set.torrent', 'in')).object).toMatchObject({ complete: true })
  })

  test('gives up after --timeout if no peer has the torrent', async () => {
    await using place = await Workplace.create()
    // As run by `npm start -- get`.
    const get = await place.json(
      'start',
      'get',
      'ab'.repeat(20),
      '-o',
      'in',
      '--timeout',
      '0.5s',
      ...LOOPBACK,
    )
    expect(get).toMatchObject({ code: 1, object: { error: { code: 'timeout' } } })
    const info = await place.json('info', 'ab'.repeat(20), '--timeout', '0.5s', ...LOOPBACK)
    expect(info).toMatchObject({
      code: 1,
      object: { error: { code: 'timeout', message: expect.stringContaining('--no-fetch') } },
    })
  })

  test('does not seed content that differs from its .torrent', async () => {
    await using place = await Workplace.create()
    await place.file('film.bin', 100_000)
    await place.run('create', 'film.bin', '-o', 'film.torrent')
    await place.file('film.bin', 100_000, 'another')
    expect(await place.json('seed', 'film.bin', '--torrent', 'film.torrent', ...LOOPBACK)).toMatchObject({
      code: 1,
      object: { error: { code: 'not-found' } },
    })
    expect(await place.json('seed', 'film.bin', '--torrent', 'film.torrent', '--v1')).toMatchObject({
      code: 2,
    })
  })

  test('shows a live line on a terminal and restores the cursor', async () => {
    await using place = await Workplace.create()
    await place.file('film.bin', 3_000_000)
    const { peer, magnet } = await place.seed('film.bin')
    const args = ['get', magnet, '-o', 'in', '--peer', peer, ...LOOPBACK, '--limit-down', '2MB']
    const terminal = await place.terminal(args, { columns: 80, locale: 'C.UTF-8' })
    expect(terminal).toMatchObject({ code: 0 })
    expect(terminal.text).toMatch(/film\.bin {2}␛\[36m[█░]{10,40}␛\[0m +[\d.]+ % {2}↓ [\d.]+ [kM]?B\/s/)
    expect(terminal.text).toContain(`Complete: ${place.at('in/film.bin')} (3.00 MB)`)
    expect(terminal.text.trimEnd().endsWith('␛[?25h')).toBe(true)
    const widest = terminal.text
      .split(/\r?\n|␛\[J/)
      .map(line => line.replace(/␛\[\??\d*[A-Za-z]/g, '').length)
    expect(Math.max(...widest)).toBeLessThanOrEqual(80)
  })
})

describe('share', () => {
  test('shares existing and new entries and hashes nothing twice', async () => {
    await using place = await Workplace.create()
    await place.file('Shared/old.bin', 200_000)
    await place.file('Shared/.hidden', 10)
    await place.file('Shared/film.part', 10)
    await mkdir(place.at('Shared/empty'))
    const first = place.start('share', '--dir', 'Shared', ...LOOPBACK, '--json')
    const { magnet } = await first.event('sharing', ({ name }) => name === 'old.bin')
    expect(await first.event('ready')).toMatchObject({ torrents: 1 })

    await place.file('Shared/new/a', 50_000)
    const added = await first.event('sharing', ({ name }) => name === 'new')
    await appendFile(place.at('Shared/new/a'), 'more')
    const changed = await first.event(
      'sharing',
      ({ name, magnet }) => name === 'new' && magnet !== added.magnet,
    )
    expect(changed.length).toBe(50_004)
    await rm(place.at('Shared/new'), { recursive: true })
    await first.event('gone', ({ name }) => name === 'new')
    expect((await first.interrupt()).code).toBe(0)
    expect(first.objects.some(({ state }) => state === 'hashing')).toBe(true)

    const second = place.start('share', '--dir', 'Shared', ...LOOPBACK, '--json')
    const { port } = await second.event('listening')
    expect(await second.event('sharing')).toMatchObject({ name: 'old.bin', magnet })
    expect(second.objects.some(({ state }) => state === 'hashing')).toBe(false)
    const get = await place.run('get', magnet, '-o', 'in', '--peer', `127.0.0.1:${port}`, ...LOOPBACK)
    expect(get.code).toBe(0)
    expect((await place.read('in/old.bin')).equals(await place.read('Shared/old.bin'))).toBe(true)
  })

  test('completes and shares what get began to download, and keeps later changes by the user', async () => {
    await using place = await Workplace.create()
    await place.file('film.bin', 3_000_000)
    const { process: seeder, peer, magnet } = await place.seed('film.bin')
    // Slow enough that the share starts during the download, on any machine. Without -o, get
    // downloads to the shared folder.
    const get = place.start('get', magnet, '--peer', peer, ...LOOPBACK, '--json', '--limit-down', '30kB')
    await get.event('progress', ({ haveBytes }) => haveBytes > 0)
    const during = place.start('share', ...LOOPBACK, '--json')
    const { port } = await during.event('listening')
    expect(await during.event('ready')).toMatchObject({ torrents: 0 })
    // Otherwise the share would download the rest from this seeder, whose address is recorded.
    await seeder.interrupt()
    expect((await get.interrupt()).code).toBe(130)
    await during.event('progress', ({ name, state }) => name === 'film.bin' && state === 'downloading')
    expect(during.objects.some(({ event }) => event === 'sharing')).toBe(false)
    await place.seed('film.bin', '--peer', `127.0.0.1:${port}`)
    const shared = await during.event('sharing')
    expect(shared.path).toBe(place.at('home/Shoal/film.bin'))
    expect(shared.magnet).toContain(magnet.split('&')[0])
    await during.interrupt()

    await appendFile(place.at('home/Shoal/film.bin'), ' with notes')
    const after = place.start('share', ...LOOPBACK, '--json')
    expect(await after.event('sharing')).toMatchObject({ name: 'film.bin', length: 3_000_011 })
    await after.interrupt()
    expect((await place.read('home/Shoal/film.bin')).subarray(-11).toString()).toBe(' with notes')
  })

  test('a second Ctrl-C exits immediately', async () => {
    await using place = await Workplace.create()
    await place.file('Shared/a.bin', 1000)
    await cp(place.at('Shared/a.bin'), place.at('Shared/b.bin'))
    const share = place.start('share', '-d', 'Shared', ...LOOPBACK)
    await share.until('both are shared', ({ text }) =>
      text.match(/magnet:/g)?.length === 2 ? true : undefined,
    )
    share.child.kill('SIGINT')
    share.child.kill('SIGINT')
    const { code, stdout } = await share.finished
    // The first signal may have been sufficient.
    expect([0, 130]).toContain(code)
    expect(stdout).toMatch(/^Sharing .*Shared on port \d+/)
  })
})
