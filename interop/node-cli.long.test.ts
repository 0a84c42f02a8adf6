/**
 * The other commands that use a running node, and the start of one: complete processes, on
 * loopback.
 */
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace } from '../apps/node/src/testing/shoal-process.ts'

/** Options of a node that contacts nothing beyond this machine. */
const ALONE = [
  ...['--port', '0', '--peer-port', '0', '--peer-host', '127.0.0.1'],
  ...['--no-dht', '--no-lsd', '--no-port-mapping', '--no-network'],
]

describe('a node', () => {
  let place: Workplace
  let node: Awaited<ReturnType<Workplace['node']>>
  beforeAll(async () => {
    place = await Workplace.create({ oneProcess: true })
    // As in a service, whose output is a log.
    const process = place.start('start', ...ALONE)
    await process.until('the hint', ({ text }) => /^Token: .*\n/m.exec(text)?.[0])
    const { url } = JSON.parse(await readFile(place.at('state/node/node.json'), 'utf8'))
    node = { process, url, token: (await readFile(place.at('state/node/token'), 'utf8')).trim() }
    await place.file('home/Photos/a.bin', 300_000)
    await place.file('home/Photos/b.bin', 1000)
    await ask('add', place.at('home/Photos'), '--wait')
  })
  afterAll(() => place[Symbol.asyncDispose]())

  const ask = (...args: string[]) => place.ask(...args)

  test('performs get and seed with --node', async () => {
    const bytes = await place.file('song.bin', 500_000)
    const { peer, magnet } = await place.seed('song.bin')
    const get = ['get', magnet, '--peer', peer, '-o', place.at('home/Music'), '--node', 'local']
    expect(await ask(...get)).toMatchObject({ event: 'complete', name: 'song.bin' })
    expect((await place.read('home/Music/song.bin')).equals(bytes)).toBe(true)
    await place.file('home/notes.bin', 20_000)
    const seeded = await ask('seed', place.at('home/notes.bin'), '--v1', '--node', 'local')
    expect(seeded).toMatchObject({ event: 'complete', magnet: expect.not.stringContaining('btmh') })
    expect(await place.json('get', magnet, '--node', 'local', '--no-dht')).toMatchObject({
      code: 2,
      object: { error: { message: expect.stringContaining('--no-dht cannot be given with --node') } },
    })
    // Long enough for the torrent to be added.
    const late = await place.json('get', 'ab'.repeat(20), '--node', 'local', '--timeout', '4s')
    expect(late).toMatchObject({
      code: 1,
      object: { error: { code: 'timeout', message: expect.stringContaining('the node continues') } },
    })
    await ask('remove', 'ab'.repeat(20))
  })

  test('lists the torrents that an ambiguous ID matches', async () => {
    expect(await place.run('show', 'o')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"o" matches \d torrents: /),
    })
    expect(await place.json('pause', 'nothing such')).toMatchObject({
      code: 1,
      object: { error: { code: 'not-found' } },
    })
  })

  test('changes limits, labels and settings', async () => {
    expect((await ask('limit', '--down', '2MB', '--alternative', 'off')).now).toMatchObject({
      downloadBytesPerSecond: 2_000_000,
      by: 'settings',
    })
    expect((await ask('limit', 'Photos', '--up', '100kB', '--ratio', '2')).items).toMatchObject([
      { uploadBytesPerSecond: 100_000, ratioLimit: 2 },
    ])
    await ask('label', 'create', 'pictures', '--colour', '#aabbcc')
    await ask('label', 'set', 'pictures', 'Photos')
    await ask('label', 'tag', 'summer', 'Photos')
    expect(await ask('show', 'Photos')).toMatchObject({ label: 'pictures', tags: ['summer'] })
    expect((await ask('label')).items).toContainEqual(
      expect.objectContaining({ name: 'pictures', torrents: 1 }),
    )
    await ask('label', 'clear', 'Photos')
    await ask('label', 'remove', 'pictures')
    expect(await ask('settings', 'set', 'queue.maxDownloads=3')).toEqual({ 'queue.maxDownloads': 3 })
    expect(await ask('settings', 'get', 'queue')).toMatchObject({ 'queue.maxDownloads': 3 })
    expect(await place.run('settings', 'set', 'queue.maxDownloads=lots')).toMatchObject({ code: 2 })
    // This setting was fixed when the node started.
    expect((await place.json('settings', 'set', 'network.dht=on')).code).not.toBe(0)
  })

  test('renames torrents and saves their .torrent files', async () => {
    const { id, infoHashV1 } = await ask('show', 'notes')
    expect(await ask('rename', 'notes', 'My / notes')).toEqual({ id, name: 'My / notes' })
    const folder = place.at('home/torrents')
    const { items } = await ask('export', 'all', '--out', folder)
    expect(items).toContainEqual({ id, name: 'My / notes', file: `${folder}/My _ notes.torrent` })
    expect(await ask('info', `${folder}/My _ notes.torrent`)).toMatchObject({
      infoHashes: { v1: infoHashV1 },
    })
    // The same bytes are written once more, others only on request.
    await ask('export', 'all', '--out', folder)
    await place.file('home/torrents/notes.torrent', 10)
    expect(await place.json('export', 'notes', '--out', `${folder}/notes.torrent`)).toMatchObject({ code: 1 })
    expect((await place.json('export', 'all', '-o', '-')).code).toBe(2)
    await ask('rename', id, 'notes')
  })

  test('selects and moves files', async () => {
    await ask('files', 'Photos', '--priority', '1=low')
    expect((await ask('files', 'Photos')).items[1]).toMatchObject({ priority: 1 })
    expect((await place.json('files', 'Photos', '--select', '7')).code).toBe(2)
    expect(await ask('move', 'notes', '--to', place.at('home/Moved'), '--wait')).toMatchObject({
      kind: 'move',
    })
    expect((await stat(place.at('home/Moved/notes.bin'))).size).toBe(20_000)
  })

  test('shows its log and follows it', async () => {
    expect((await ask('log')).items.length).toBeGreaterThan(0)
    const follow = place.start('log', '--follow', '--json')
    await follow.until('an earlier entry', ({ objects }) => objects[0])
    await place.file('home/late.bin', 1000)
    await ask('add', place.at('home/late.bin'), '--wait')
    await follow.until('the new entry', ({ text }) => (text.includes('late.bin') ? true : undefined))
    expect((await follow.interrupt()).code).toBe(0)
  })

  test('watches the list as JSON', async () => {
    const watch = place.start('list', '--watch', '--json')
    await watch.event('list', ({ items }) => items.length > 0)
    await ask('pause', 'late')
    await watch.event('changed', ({ changed }) =>
      changed.some(({ state }: { state?: string }) => state === 'complete'),
    )
    expect((await watch.interrupt()).code).toBe(0)
  })

  test('fits tables to the width of the terminal', async () => {
    const { code, text } = await place.terminal(['list'], { columns: 40, locale: 'C.UTF-8' })
    expect(code).toBe(0)
    const lines = text.split(/\r?\n/).map(line => line.replace(/␛\[\d*m/g, ''))
    expect(lines[0]).toContain('Name')
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(40)
  })

  test('prints no secrets for a bug report', async () => {
    const { stdout } = await place.run('debug')
    expect(JSON.parse(stdout)).toMatchObject({
      node: { version: expect.any(String) },
      health: { status: 'ok' },
    })
    expect(stdout).not.toContain(node.token)
    expect(stdout).not.toContain(place.at('home'))
  })

  test('runs a script of commands', async () => {
    const shell = place.start('shell')
    shell.child.stdin!.end('# a comment\nlist --json\npause "Photos"\n\nnonsense\nhealth\n')
    const { code, stdout, stderr } = await shell.finished
    expect(code).toBe(2)
    expect(stdout).toContain('Paused 1 torrent')
    expect(stdout).not.toContain('Uptime')
    expect(stderr).toContain('there is no command "nonsense"')
  })

  test('has a shell that completes names, keeps a history and survives Ctrl-C', async () => {
    await using shell = place.typed([])
    await shell.until('shoal> ')
    shell.type('show pho')
    await shell.until('show pho')
    shell.type('\t')
    await shell.until('Photos ')
    shell.type('\r')
    expect(await shell.until('shoal> ')).toContain('Info hash v1')
    shell.type('log --follow\r')
    await shell.until('the node is listening at')
    shell.type('\u0003')
    await shell.until('shoal> ')
    shell.type('remove late\r')
    await shell.until('Remove "late.bin"? [y/N] ')
    shell.type('\r')
    await shell.until('Nothing was removed')
    await shell.until('shoal> ')
    shell.type('remove late --delete-data\r')
    await shell.until('Remove "late.bin" and delete the files? [y/N] ')
    shell.type('n\r')
    await shell.until('shoal> ')
    shell.type('remove late --delete-data\r')
    await shell.until('[y/N] ')
    shell.type('y\r')
    await shell.until('Removed "late.bin"')
    await shell.until('shoal> ')
    shell.type('list --token hidden\r')
    await shell.until('shoal> ')
    shell.type('\u0004')
    expect(await shell.ended()).toBe(0)
    const history = await readFile(place.at('state/history'), 'utf8')
    expect(history).toBe('show Photos\nlog --follow\nremove late\nremove late --delete-data\n')
  })

  test('another one of its data folder tells where it runs', async () => {
    const again = await place.json('start', '--port', '0')
    expect(again).toMatchObject({
      code: 0,
      object: { event: 'running', url: node.url, consoleUrl: `${node.url}/#token=${node.token}` },
    })
    // Piped output must not contain the token.
    const { code, stdout } = await place.run('start')
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^A node is already running\. Its console: http\S+:\d+\/\n.* open --data-dir .* opens/,
      ),
    })
  })

  test('printed the address of its console, with the token only on a terminal, not in a log', async () => {
    const { stdout, stderr } = await node.process.interrupt()
    expect(stdout).toMatch(/^Console: http:\/\/127\.0\.0\.1:\d+\/\nFiles: /)
    expect(stdout).toContain(`open --print --data-dir ${place.at('state/node')} prints`)
    expect(stdout).not.toContain(node.token)
    for (const line of stderr.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ message: expect.any(String) })
    await using typed = place.typed(['start', ...ALONE])
    expect(await typed.until('#token=')).toMatch(/ info {2}the node is listening at [\s\S]*Console: http/)
    await typed.until('Press Ctrl-C to stop')
    typed.type('\u0003')
    expect(await typed.ended()).toBe(0)
  })
})

describe('shoal start', () => {
  test('reports invalid options and where they were set', async () => {
    await using place = await Workplace.create({ oneProcess: true })
    await writeFile(place.at('config.json'), '{"port":"abc"}')
    expect(await place.run('start', '--config', 'config.json')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/config\.json: port: "abc" is not an integer/),
    })
  })
})

describe('a node with a settings file and a shared file', () => {
  let place: Workplace
  let node: Awaited<ReturnType<Workplace['node']>>
  let bytes: Buffer
  beforeAll(async () => {
    place = await Workplace.create({ oneProcess: true })
    await writeFile(place.at('password'), 'correct horse\n')
    await writeFile(
      place.at('config.json'),
      JSON.stringify({ dir: 'Downloads', username: 'me', passwordFile: 'password', logLevel: 'warn' }),
    )
    bytes = await place.file('home/song.bin', 200_000)
    node = await place.node('--config', 'config.json')
  })
  afterAll(() => place[Symbol.asyncDispose]())

  test('accepts its password from other machines', async () => {
    const login = ['--node', node.url, '--username', 'me', '--password-file', 'password']
    const { object } = await place.json('settings', 'get', 'downloads.directory', ...login)
    expect(object).toEqual({ 'downloads.directory': place.at('Downloads') })
    await writeFile(place.at('wrong'), 'battery staple\n')
    const wrong = await place.json('list', ...login.slice(0, -1), 'wrong')
    expect(wrong).toMatchObject({
      code: 1,
      object: { error: { code: expect.stringMatching(/unauthorized|wrong-password/) } },
    })
  })

  test('another one exits with a special code if only the user can fix the problem, so that systemd does not restart it', async () => {
    const { port } = new URL(node.url)
    await writeFile(place.at('short'), 'secret\n')
    await writeFile(place.at('empty.json'), '{}')
    const options = ['--peer-port', '0', '--peer-host', '127.0.0.1', '--data-dir', 'other']
    const secret = ['--port', '0', '--username', 'me', '--password-file']
    for (const [args, error] of [
      [['--port', port], /is taken/],
      [
        ['--port', '0', '--set', `network.port=${port}`],
        /is taken.*\(--peer-port\).* start (-- )?--peer-port 0 takes/,
      ],
      [['--port', '0', '--dir', '/proc/shoal'], /^shoal: Cannot create a folder in \/proc.*\(--dir\)/],
      [['--port', '0', '--dir', 'empty.json'], /empty\.json is not a folder.*\(--dir\)/],
      [['--port', '0', '--host', '0.0.0.0'], /--password-file/],
      [[...secret, 'absent'], /absent: there is no such file/],
      [[...secret, 'short'], /fewer than 8 characters/],
      [['--config', 'absent.json'], /there is no settings file/],
    ] as const) {
      const { code, stderr } = await place.run('start', ...options, ...args)
      expect({ args, code, stderr }).toMatchObject({ code: 78, stderr: expect.stringMatching(error) })
    }
  })

  test('starts again after a kill, and takes another port for peers if nobody asked for the usual one', async () => {
    // The link of what it shares is printed without --wait, too.
    const shared = await place.run('add', place.at('home/song.bin'))
    expect(shared).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/magnet:\?xt=.*\n {2}Content ID: baf/),
    })
    expect(await place.run('add', 'notalink')).toMatchObject({ code: 2 })
    // A killed node leaves its file behind, in this test with the ID of a running process.
    await node.process.kill()
    const file = JSON.parse(await readFile(place.at('state/node/node.json'), 'utf8'))
    await writeFile(place.at('state/node/node.json'), JSON.stringify({ ...file, pid: process.pid }))
    const other = createServer()
    const listen = () =>
      new Promise<boolean>(resolve => {
        other.once('error', () => resolve(false)).listen(6881, '127.0.0.1', () => resolve(true))
      })
    await until('port 6881 is ours', listen)
    try {
      const alone = ['--port', '0', '--peer-host', '127.0.0.1', '--set', 'network.dht=off']
      const again = place.start('start', ...alone, '--set', 'network.lsd=off', '--json')
      const { takenPeerPort, peerPort } = await again.event('started')
      expect(takenPeerPort).toBe(6881)
      expect(peerPort).not.toBe(6881)
      expect((await place.run('health')).stdout).toContain(`${peerPort}, because another program uses 6881`)
      expect(await place.json('health')).toMatchObject({ code: 0, object: { peerPort, takenPeerPort } })
      expect((await again.interrupt()).code).toBe(0)
    } finally {
      other.close()
    }
  })

  test('offers a backup of a damaged catalogue, which restores it', async () => {
    const dataDir = place.at('state/node')
    const name = 'catalogue-2026-01-02T030405Z.db'
    // The node may have made some itself.
    await rm(`${dataDir}/backups`, { recursive: true, force: true })
    await mkdir(`${dataDir}/backups`)
    await copyFile(`${dataDir}/catalogue.db`, `${dataDir}/backups/${name}`)
    await damagePage(`${dataDir}/catalogue.db`, 'resume_metainfo')
    const unreadable = await place.run('start', '--port', '0', '--peer-port', '0')
    expect(unreadable).toMatchObject({ code: 78, stderr: expect.stringMatching(/is damaged.*newest backup/) })
    await writeFile(`${dataDir}/catalogue.db`, '')
    // The file has changed since the backup.
    bytes[0]! ^= 1
    await writeFile(place.at('home/song.bin'), bytes)
    const refused = await place.run('start', '--port', '0', '--peer-port', '0')
    expect(refused).toMatchObject({ code: 78, stderr: expect.stringMatching(/is damaged \(it is empty\)/) })
    expect(refused.stderr).toMatch(
      /newest backup is catalogue-2026-01-02T030405Z\.db, written on .*2026.* restore-catalogue/,
    )
    expect(await place.json('restore-catalogue', '--list')).toMatchObject({
      code: 0,
      object: { items: [{ name, takenMs: Date.UTC(2026, 0, 2, 3, 4, 5) }] },
    })
    expect((await place.run('restore-catalogue', '--list')).stdout).toContain(name)
    expect(await place.json('restore-catalogue')).toMatchObject({
      code: 0,
      object: { backup: name, kept: expect.stringContaining('catalogue-damaged-') },
    })
    await place.node()
    const { object } = await place.json('show', 'song.bin')
    expect(object).toMatchObject({ name: 'song.bin', haveBytes: expect.any(Number) })
    expect(object.haveBytes).toBeLessThan(200_000)
  })
})

/** Overwrites the first page of a table, which is read only when the table is. */
async function damagePage(path: string, table: string): Promise<void> {
  const database = new DatabaseSync(path)
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)!
  const { page_size } = database.prepare('PRAGMA page_size').get()!
  database.close()
  const bytes = await readFile(path)
  const size = Number(page_size)
  bytes.fill(0xa5, (Number(rootpage) - 1) * size, Number(rootpage) * size)
  await writeFile(path, bytes)
}
