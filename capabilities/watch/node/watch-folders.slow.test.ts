import { appendFile, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WatchedFolder as Rule } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { Problems } from '@shoal/node/node/kernel/problems.ts'
import { testSettings } from '@shoal/node/node/testing/settings.ts'
import { SimulatedTorrents } from '@shoal/node/node/testing/simulated-torrents.ts'
import { torrentFile } from '@shoal/node/node/testing/torrent-file.ts'
import { Entries } from '@shoal/node/node/transfers/testing/entries.ts'
import { temporaryFolder } from '@shoal/node/node/transfers/testing/temporary.ts'
import { until } from '@shoal/testing'
import { type Clock, systemClock } from '@shoal/torrent'
import { afterEach, expect, test } from 'vitest'
import { WatchFolders } from './watch-folders.ts'

const MAGNET = `magnet:?xt=urn:btih:${'0123456789'.repeat(4)}&dn=linked`
const opened: WatchFolders[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** A clock that runs `times` as fast, so that tests need not wait for files to settle. */
function fastClock(times: number): Clock {
  return {
    nowMs: () => systemClock.nowMs() * times,
    unixMs: () => systemClock.unixMs(),
    after: (delayMs, callback) => systemClock.after(delayMs / times, callback),
  }
}

function watching(rules: Partial<Rule>[], directory: string, clock = fastClock(100)) {
  const whole = rules.map(rule => ({
    directory,
    label: null,
    paused: false,
    action: 'rename' as const,
    ...rule,
  }))
  const settings = testSettings({ automation: { watch: whole, onComplete: [] } })
  const node = new SimulatedTorrents()
  const log = new Entries()
  const problems = new Problems(log)
  const folders = new WatchFolders({ clock, log, problems, operations: node.operations, ...settings })
  opened.push(folders)
  folders.start()
  return { node, log, problems, settings, folders }
}

test('a .torrent and a .magnet are added with label and pause, and renamed', async () => {
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'one.torrent'), (await torrentFile('one')).bytes)
  await writeFile(join(directory, 'notes.txt'), 'not for us')
  const { node } = watching([{ label: 'films', paused: true }], directory)
  await writeFile(join(directory, 'two.MAGNET'), `\ufeff${MAGNET}\r\nand more\r\n`)
  await until('both are added', () => node.names.length === 2)
  expect(node.named('one')).toMatchObject({ label: 'films', state: 'paused' })
  expect(node.names).toContain('linked')
  await until('both are renamed', async () => (await readdir(directory)).filter(isAdded).length === 2)
  expect((await readdir(directory)).sort()).toEqual(['notes.txt', 'one.torrent.added', 'two.MAGNET.added'])
})

test('an added file is deleted if the action says so; an existing name is not overwritten', async () => {
  const [keep, remove] = [await temporaryFolder(), await temporaryFolder()]
  const { bytes } = await torrentFile('one')
  await writeFile(join(keep, 'one.torrent.added'), 'of another day')
  await writeFile(join(keep, 'one.torrent'), bytes)
  await writeFile(join(remove, 'one.torrent'), bytes)
  watching([{ directory: keep }, { directory: remove, action: 'delete' }], keep)
  await until('one is deleted', async () => (await readdir(remove)).length === 0)
  await until('the other is renamed', async () => !(await readdir(keep)).includes('one.torrent'))
  expect((await readdir(keep)).sort()).toEqual(['one.torrent.2.added', 'one.torrent.added'])
})

test('waits for a file that is still being written', async () => {
  const directory = await temporaryFolder()
  // Slow enough that a writer delayed by a busy machine does not count as finished.
  const { node, log } = watching([{}], directory, fastClock(5))
  const { bytes } = await torrentFile('slow')
  const path = join(directory, 'slow.torrent')
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 10)) {
    await appendFile(path, bytes.subarray(at, at + Math.ceil(bytes.length / 10)))
    await new Promise(resolve => setTimeout(resolve, 15))
  }
  await until('it is added', () => node.names.includes('slow'))
  expect(log.list.filter(({ level }) => level === 'warn')).toEqual([])
})

test('an invalid one is renamed and logged; links to devices and folders are left alone', async () => {
  const directory = await temporaryFolder()
  await mkdir(join(directory, 'folder.torrent'))
  await symlink('/dev/zero', join(directory, 'endless.torrent'))
  await writeFile(join(directory, 'bad.torrent'), 'd4:infodee')
  await writeFile(join(directory, 'bad.magnet'), 'https://not.a.magnet/')
  await writeFile(join(directory, '.hidden.torrent'), 'x')
  const { log, node, problems } = watching([{}], directory)
  await until('both are renamed', async () => (await readdir(directory)).filter(isInvalid).length === 2)
  expect((await readdir(directory)).sort()).toEqual([
    '.hidden.torrent',
    'bad.magnet.invalid',
    'bad.torrent.invalid',
    'endless.torrent',
    'folder.torrent',
  ])
  expect(log.text).toMatch(/bad\.torrent cannot be added.*\.invalid: .+/)
  expect(node.names).toEqual([])
  // Screens report the files until they are deleted.
  await until('it is a problem', () => /bad\..*cannot be added: /.test(problems.messages.join()))
  for (const name of ['bad.magnet.invalid', 'bad.torrent.invalid']) await rm(join(directory, name))
  await until('it is none any more', () => problems.messages.length === 0)
})

test('waits for as long as a file may become a torrent', async () => {
  const directory = await temporaryFolder()
  const { bytes } = await torrentFile('slow')
  const [half, empty, link] = ['half.torrent', 'empty.torrent', 'link.magnet'].map(name =>
    join(directory, name),
  )
  await writeFile(half!, bytes.subarray(0, bytes.length / 2))
  await writeFile(empty!, '')
  await writeFile(link!, MAGNET.slice(0, 30))
  const { node, log } = watching([{}], directory, fastClock(2000))
  // Longer than the wait for any other file.
  await writeFile(join(directory, 'bad.torrent'), 'no torrent')
  await until('another one is refused', async () => (await readdir(directory)).some(isInvalid))
  await writeFile(join(directory, 'worse.torrent'), 'no torrent')
  // A folder that is read while a file gets another name may show both names.
  await until('and one more', async () => {
    const names = await readdir(directory)
    return names.filter(isInvalid).length === 2 && !names.includes('worse.torrent')
  })
  expect((await readdir(directory)).filter(name => !isInvalid(name)).sort()).toEqual([
    'empty.torrent',
    'half.torrent',
    'link.magnet',
  ])
  await appendFile(half!, bytes.subarray(bytes.length / 2))
  await appendFile(link!, MAGNET.slice(30))
  await until('they are added', () => node.names.includes('slow') && node.names.includes('linked'))
  expect(log.text).not.toMatch(/(half|empty)\.torrent cannot|link\.magnet cannot/)
})

test('looks at the start at refused files that were written since', async () => {
  const directory = await temporaryFolder()
  const { bytes } = await torrentFile('since')
  await writeFile(join(directory, 'since.torrent.invalid'), bytes)
  // Renaming only changes `ctime`, like `utimes` in this test: the file is as it was when it was
  // refused.
  await writeFile(join(directory, 'as-it-was.torrent.invalid'), (await torrentFile('as-it-was')).bytes)
  await utimes(join(directory, 'as-it-was.torrent.invalid'), new Date(0), new Date(0))
  const { node } = watching([{}], directory)
  await until('it is added and renamed', async () => (await readdir(directory)).some(isAdded))
  expect(node.names).toEqual(['since'])
  expect((await readdir(directory)).sort()).toEqual(['as-it-was.torrent.invalid', 'since.torrent.added'])
})

test('looks again at a refused file that changes', async () => {
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'old.torrent.invalid'), 'of another day')
  const { node } = watching([{}], directory)
  await writeFile(join(directory, 'one.torrent'), 'no torrent')
  await until('it is refused', async () => (await readdir(directory)).includes('one.torrent.invalid'))
  await writeFile(join(directory, 'one.torrent.invalid'), (await torrentFile('one')).bytes)
  await until('it is added', () => node.names.includes('one'))
  await until('it is renamed', async () => (await readdir(directory)).some(isAdded))
  expect((await readdir(directory)).sort()).toEqual(['old.torrent.invalid', 'one.torrent.added'])
})

test('an error that is not caused by the file is retried', async () => {
  const directory = await temporaryFolder()
  const { node, log } = watching([{}], directory)
  node.nextFault = new Failure('no-space', 'the disk is full')
  await writeFile(join(directory, 'one.torrent'), (await torrentFile('one')).bytes)
  await until('it was refused', () => log.text.includes('the disk is full'))
  await until('it is added', () => node.names.includes('one'))
})

test('the folder may appear later, vanish and come back', async () => {
  const directory = join(await temporaryFolder(), 'later')
  const { node, log } = watching([{}], directory)
  await until('it is missed', () => log.text.includes('cannot be read'))
  for (const name of ['first', 'second']) {
    await mkdir(directory)
    await writeFile(join(directory, `${name}.torrent`), (await torrentFile(name)).bytes)
    await until(`${name} is added`, () => node.names.includes(name))
    await rm(directory, { recursive: true })
    await until(
      'it is missed again',
      () => log.text.split('cannot be read').length === (name === 'first' ? 3 : 4),
    )
  }
})

test('folders follow the settings', async () => {
  const [before, after] = [await temporaryFolder(), await temporaryFolder()]
  const { node, settings } = watching([{}], before)
  const rule = { directory: after, label: 'new', paused: false, action: 'rename' as const }
  settings.change({ automation: { watch: [rule], onComplete: [] } })
  await writeFile(join(before, 'one.torrent'), (await torrentFile('one')).bytes)
  await writeFile(join(after, 'two.torrent'), (await torrentFile('two')).bytes)
  await until('that in the new folder is added', () => node.names.length > 0)
  expect(node.rows).toMatchObject([{ name: 'two', label: 'new' }])
  expect(await readdir(before)).toEqual(['one.torrent'])
})

function isAdded(name: string): boolean {
  return name.endsWith('.added')
}

function isInvalid(name: string): boolean {
  return name.endsWith('.invalid')
}
