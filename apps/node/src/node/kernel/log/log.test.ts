import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { LogEntries } from './log-entries.ts'
import { createNodeLog } from './node-log.ts'

const HASH = 'a'.repeat(40)

function collected() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { lines, destination }
}

test('an entry is written as a JSON line and kept in memory', () => {
  const { lines, destination } = collected()
  const { log, entries } = createNodeLog({ destination })
  log.info('it was added', { torrent: HASH })
  log.debug('nobody wants to know')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 30,
    message: 'it was added',
    torrent: HASH,
    time: expect.stringMatching(/^\d{4}-/),
  })
  expect(lines).toHaveLength(1)
  expect(entries.list({ level: 'debug', limit: 10 })).toEqual([
    { id: 1, atMs: expect.any(Number), level: 'info', torrent: HASH, message: 'it was added' },
  ])
})

test('the latest 5,000 entries are kept and can be read from any id', () => {
  const entries = new LogEntries()
  for (let time = 1; time <= 12_000; time++)
    entries.add({
      atMs: time,
      level: time % 100 === 0 ? 'warn' : 'info',
      torrent: time % 2 ? HASH : null,
      message: `${time}`,
    })
  const ids = (query: Partial<Parameters<LogEntries['list']>[0]>) =>
    entries.list({ level: 'debug', limit: 10_000, ...query }).map(({ id }) => id)
  expect([ids({}).length, ids({})[0]]).toEqual([5000, 7001])
  expect(ids({ limit: 2 })).toEqual([11_999, 12_000])
  expect(ids({ limit: 2, after: 8000 })).toEqual([8001, 8002])
  expect(ids({ limit: 2, level: 'warn' })).toEqual([11_900, 12_000])
  expect(ids({ limit: 2, torrent: HASH })).toEqual([11_997, 11_999])
  expect(ids({ after: 12_000 })).toEqual([])
})

test('listeners get each entry until they unsubscribe', () => {
  const entries = new LogEntries()
  const heard: number[] = []
  const stop = entries.subscribe(({ id }) => heard.push(id))
  const entry = { atMs: 1, level: 'info', torrent: null, message: 'x' } as const
  entries.add(entry)
  stop()
  entries.add(entry)
  expect(heard).toEqual([1])
})
