import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { openLog } from './open-log.ts'
import { terminalLine } from './terminal-line.ts'

test('an entry is reported as it was written, without secrets, and those below the level are not', () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const entries: unknown[] = []
  const { log } = openLog<{ readonly room: string }>({
    destination,
    level: 'warn',
    onEntry: (...entry) => entries.push(entry),
  })
  log.info('it is quiet')
  log.warn('GET /x?key=abc failed', { room: 'one' })
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 40,
    message: 'GET /x?key=[redacted] failed',
    room: 'one',
  })
  expect(lines).toHaveLength(1)
  expect(entries).toEqual([['warn', 'GET /x?key=[redacted] failed', { room: 'one' }]])
})

test('lines are written to a file before the log is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-log-'))
  const path = join(folder, 'logs', 'daemon.log')
  const { log, close } = openLog({ destination: path })
  log.warn('the disk is nearly full')
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
    level: 40,
    message: 'the disk is nearly full',
  })
  await close()
  await rm(folder, { recursive: true })
})

test('a file contains nothing that a terminal would obey, with its meaning unchanged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-log-'))
  const path = join(folder, 'daemon.log')
  const { log, close } = openLog<{ name: string }>({ destination: path })
  const message = 'c1\u009b31m, rtl\u202egpj.exe, \u2066a\u2069, del\u007f, esc\u001b[2J, größe 😀'
  log.warn(message, { name: 'a\u0085b' })
  const line = await readFile(path, 'utf8')
  expect(line.trim()).toMatch(/^[ -~öß😀]+$/u)
  expect(JSON.parse(line)).toMatchObject({ message, name: 'a\u0085b' })
  await close()
  await rm(folder, { recursive: true })
})

test('a terminal gets short lines without control characters', () => {
  const line = JSON.stringify({ level: 40, time: '2026-01-02T03:04:05.000Z', message: 'a\u001b[2Jb' })
  expect(terminalLine(line)).toMatch(/^\d\d:\d\d:05 warn {2}a�\[2Jb\n$/)
  const message = 'a\n12:00:00 error all is lost\u202egpj.exe'
  expect(terminalLine(JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.000Z', message }))).toMatch(
    /^\d\d:\d\d:05 info {2}a\n {9}12:00:00 error all is lost�gpj.exe\n$/,
  )
  expect(terminalLine('no JSON\n')).toBe('no JSON\n')
})
