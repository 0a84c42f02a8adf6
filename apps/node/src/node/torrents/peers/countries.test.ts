import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Countries } from './countries.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-countries-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function database(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'countries.mmdb')
  await writeFile(path, bytes)
  return path
}

test('finds the countries of addresses in the database only', async () => {
  const countries = new Countries()
  await countries.open(await database(databaseOf(192, 'NL')))
  expect(countries.of('192.0.2.1')).toBe('NL')
  expect(countries.of('198.51.100.1')).toBeNull()
  expect(countries.of('2001:db8::1')).toBeNull()
  expect(countries.of('no address')).toBeNull()
  await countries.open(null)
  expect(countries.of('192.0.2.1')).toBeNull()
})

test('rejects a file that is not a database, and keeps the previous one', async () => {
  const countries = new Countries()
  await countries.open(await database(databaseOf(192, 'NL')))
  const other = join(folder, 'other.mmdb')
  await writeFile(other, 'this is a text')
  await expect(countries.open(other)).rejects.toMatchObject({
    code: 'bad-request',
    field: 'privacy.countryDatabase',
  })
  await expect(countries.open(join(folder, 'none.mmdb'))).rejects.toMatchObject({ code: 'not-found' })
  expect(countries.of('192.0.2.1')).toBe('NL')
})

test('rejects a pipe at once', async () => {
  const pipe = join(folder, 'pipe.mmdb')
  execFileSync('mkfifo', [pipe])
  await expect(new Countries().open(pipe)).rejects.toMatchObject({ code: 'bad-request' })
})

/**
 * A database in MaxMind's format 2.0 in which addresses that start with this byte are in one
 * country.
 */
function databaseOf(firstByte: number, country: string): Uint8Array {
  const nodes = 8
  const toData = nodes + 16
  const tree = Buffer.alloc(nodes * 6)
  for (let node = 0; node < nodes; node++) {
    const bit = (firstByte >> (7 - node)) & 1
    const next = node === nodes - 1 ? toData : node + 1
    tree.writeUIntBE(bit === 0 ? next : nodes, node * 6, 3)
    tree.writeUIntBE(bit === 1 ? next : nodes, node * 6 + 3, 3)
  }
  const data = map([['country', map([['iso_code', text(country)]])]])
  const about = map([
    ['node_count', number(6, nodes)],
    ['record_size', number(5, 24)],
    ['ip_version', number(5, 4)],
    ['database_type', text('Country')],
    ['languages', Buffer.from([0x00, 0x04])],
    ['binary_format_major_version', number(5, 2)],
    ['binary_format_minor_version', number(5, 0)],
    ['build_epoch', number(6, 1)],
    ['description', map([])],
  ])
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    data,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    about,
  ])
}

function text(value: string): Buffer {
  return Buffer.concat([control(2, value.length), Buffer.from(value)])
}

function number(type: number, value: number): Buffer {
  return Buffer.from([(type << 5) | 1, value])
}

function map(members: [string, Buffer][]): Buffer {
  return Buffer.concat([
    control(7, members.length),
    ...members.flatMap(([name, value]) => [text(name), value]),
  ])
}

function control(type: number, size: number): Buffer {
  return Buffer.from([(type << 5) | size])
}
