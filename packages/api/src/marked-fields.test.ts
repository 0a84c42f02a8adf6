import { expect, test } from 'vitest'
import { z } from 'zod'
import { NodeEvent } from './events.ts'
import {
  hasHostPaths,
  hideSecrets,
  hostPathsIn,
  markedPlaces,
  secretsIn,
  untrustedIn,
} from './marked-fields.ts'
import { HostFile, HostPath } from './schemas/common.ts'
import { HOST_PATHS } from './schemas/names.ts'
import { SettingsChange } from './settings.ts'

const found = (field: string, path = '/a', isWhole = true) => [{ field, path, isWhole, isLink: false }]

test.each<[string, z.ZodType, unknown, unknown[]]>([
  ['an object', z.object({ a: HostPath.optional(), b: z.string() }), { a: '/a', b: '/b' }, found('a')],
  ['a file', z.object({ a: HostFile.nullable() }), { a: '/a' }, found('a', '/a', false)],
  ['a list', z.object({ a: z.array(z.object({ b: HostPath })) }), { a: [{ b: '/a' }] }, found('a.0.b')],
  ['a record', z.record(z.string(), HostPath), { x: '/a' }, found('x')],
  ['a tuple', z.tuple([z.string(), HostPath]), ['/b', '/a'], found('1')],
  ['a union', z.union([z.array(HostPath), HostPath]), ['/a'], found('0')],
  ['another member of a union', z.union([z.array(HostPath), HostPath]), '/a', found('')],
  ['an intersection', z.intersection(z.object({ a: HostPath }), z.object({})), { a: '/a' }, found('a')],
  ['a value that is prepared', z.object({ a: z.preprocess(x => x, HostPath) }), { a: '/a' }, found('a')],
  ['a value that is checked further', z.object({ a: HostPath.pipe(z.string()) }), { a: '/a' }, found('a')],
  ['a value that is changed', z.object({ a: HostPath.transform(x => x.trim()) }), { a: '/a' }, found('a')],
  ['a description', z.object({ a: HostPath.meta({ description: 'x' }) }), { a: '/a' }, found('a')],
  [
    'a variant',
    z.union([z.object({ by: z.literal('b') }), z.object({ by: z.literal('a'), b: HostPath })]),
    { by: 'a', b: '/a' },
    found('b'),
  ],
  [
    'no other variant',
    z.union([z.object({ by: z.literal('b') }), z.object({ by: z.literal('a'), b: HostPath })]),
    { by: 'b', b: '/a' },
    [],
  ],
  ['two choices', z.union([HostPath, z.object({}), HostPath]), '/a', found('')],
  ['a schema that is made later', z.lazy(() => z.object({ a: HostPath })), { a: '/a' }, found('a')],
])('finds the path in %s', (_, schema, value, paths) => {
  expect(hasHostPaths(schema)).toBe(true)
  expect(hostPathsIn(schema, value)).toEqual(paths)
})

test.each<[string, z.ZodType, unknown]>([
  ['a set', z.set(HostPath), new Set(['/a'])],
  ['the rest of a tuple', z.tuple([z.string()], HostPath), ['x', '/a']],
  ['any other member', z.object({}).catchall(HostPath), { x: '/a' }],
  ['the names of a record', z.record(HostPath, z.string()), { '/a': 'x' }],
  ['what a transformation leaves', HostPath.transform(path => ({ path })), { path: '/a' }],
])('throws for a path in %s, where it does not look', (_, schema, value) => {
  expect(hasHostPaths(schema)).toBe(true)
  expect(() => hostPathsIn(schema, value)).toThrow(/markedIn/)
})

test('finds nothing where there are no paths', () => {
  const schema = z.object({ a: z.string(), b: z.preprocess(x => x, z.number()), c: z.set(z.string()) })
  expect(hasHostPaths(schema)).toBe(false)
  expect(hostPathsIn(schema, { a: '/a', b: 1, c: new Set() })).toEqual([])
})

test('names the places of a schema', () => {
  interface Tree {
    readonly path: string
    readonly trees: readonly Tree[]
  }
  const Tree: z.ZodType<Tree> = z.object({ path: HostPath, trees: z.array(z.lazy(() => Tree)) })
  const schema = z.object({
    ...{ a: HostPath.nullable(), b: z.array(z.object({ c: z.union([z.null(), HostFile]) })), d: z.string() },
    ...{ e: z.record(z.string(), HostPath), f: z.tuple([z.string(), HostPath]), tree: Tree },
  })
  expect(markedPlaces(HOST_PATHS, schema)).toEqual([
    { field: 'a', mark: { isWhole: true } },
    { field: 'b.*.c', mark: { isWhole: false } },
    { field: 'e.*', mark: { isWhole: true } },
    { field: 'f.*', mark: { isWhole: true } },
    { field: 'tree.path', mark: { isWhole: true } },
  ])
})

test('finds secrets, and hides those that are secrets as a whole', () => {
  const change = {
    automation: { onComplete: ['/bin/mail', '--password', 'x'] },
    network: { proxy: 'socks5://ann:x@127.0.0.1:9050', port: 1 },
  }
  const found = secretsIn(SettingsChange, change).map(({ field, mark }) => [field, mark.isWhole])
  expect(found).toEqual([
    ['network.proxy', false],
    ['automation.onComplete.0', true],
    ['automation.onComplete.1', true],
    ['automation.onComplete.2', true],
  ])
  expect(hideSecrets(SettingsChange, change)).toEqual({
    automation: { onComplete: ['…', '…', '…'] },
    network: change.network,
  })
  expect(change.automation.onComplete[0]).toBe('/bin/mail')
})

test('finds what strangers wrote in the variant of an event', () => {
  const log = { type: 'log', entries: [{ id: 1, atMs: 1, level: 'info', torrent: null, message: 'x' }] }
  expect(untrustedIn(NodeEvent, log).map(({ field }) => field)).toEqual(['entries.0.message'])
})
