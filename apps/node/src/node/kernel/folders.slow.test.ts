import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folders } from './folders.ts'

let base: string
let root: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'shoal-folders-'))
  root = join(base, 'root')
  await mkdir(join(root, 'films'), { recursive: true })
  await mkdir(join(base, 'secret'))
})
afterEach(() => rm(base, { recursive: true, force: true }))

const folders = (...roots: string[]) => new Folders([], roots)

test('allows paths below its folders, also if they do not exist yet', async () => {
  for (const path of [root, join(root, 'films'), join(root, 'new', 'deeper')])
    expect(await folders(root).allow(path)).toBe(path)
  expect(await folders(root).allow(`${root}/films/../other`)).toBe(join(root, 'other'))
})

test('rejects paths outside them, with the field', async () => {
  for (const path of [join(base, 'secret'), `${root}-2`, `${root}/../secret`, '/', '/etc'])
    await expect(folders(root).allow(path, 'path')).rejects.toMatchObject({
      code: 'forbidden-path',
      field: 'path',
    })
})

test.each(['films', './films', '../root', '', '~/films', 'C:\\films'])(
  'refuses %j: it is not an absolute path',
  path =>
    expect(folders(root).allow(path)).rejects.toMatchObject({ code: 'bad-request', field: 'directory' }),
)

test('links that lead out of them are rejected, dangling or not', async () => {
  await symlink(join(base, 'secret'), join(root, 'out'))
  await symlink(join(base, 'not-there'), join(root, 'later'))
  await symlink('../secret/new', join(root, 'relative'))
  await symlink(join(root, 'loop-b'), join(root, 'loop-a'))
  await symlink(join(root, 'loop-a'), join(root, 'loop-b'))
  for (const name of ['out', 'out/x', 'later', 'later/x', 'relative', 'relative/x'])
    await expect(folders(root).allow(join(root, name))).rejects.toMatchObject({ code: 'forbidden-path' })
  await expect(folders(root).allow(join(root, 'loop-a'))).rejects.toThrow()
})

test('links within them, and folders that are links themselves, are allowed', async () => {
  await symlink(join(root, 'films'), join(root, 'movies'))
  expect(await folders(root).allow(join(root, 'movies', 'x'))).toBe(join(root, 'movies', 'x'))
  await symlink(root, join(base, 'link'))
  expect(await folders(join(base, 'link')).allow(join(root, 'films'))).toBe(join(root, 'films'))
  expect(await folders(root).allow(join(base, 'link', 'films'))).toBe(join(base, 'link', 'films'))
})

test('an unreadable folder does not affect the others', async () => {
  await writeFile(join(base, 'file'), '')
  await symlink(join(base, 'self'), join(base, 'self'))
  const some = folders(join(base, 'file', 'below'), join(base, 'self'), root)
  expect(await some.allow(join(root, 'films'))).toBe(join(root, 'films'))
})

test('lists folders first, without hidden entries, and the parent only if it is allowed', async () => {
  await writeFile(join(root, 'a 10.txt'), '1234')
  await writeFile(join(root, 'a 9.txt'), '')
  await writeFile(join(root, '.hidden'), '')
  const list = await folders(root).list(undefined)
  expect(list).toMatchObject({ path: root, parent: null })
  expect(list.entries.map(({ name, lengthBytes }) => [name, lengthBytes])).toEqual([
    ['films', 0],
    ['a 9.txt', 0],
    ['a 10.txt', 4],
  ])
  expect(list.freeBytes).toBeGreaterThan(0)
  expect((await folders(root).list(join(root, 'films'))).parent).toBe(root)
  await expect(folders(root).list(join(root, 'none'))).rejects.toMatchObject({ code: 'not-found' })
})

test('the node’s data folder is neither read nor shared, wherever it is', async () => {
  const data = join(root, 'node')
  await mkdir(data)
  const mine = new Folders([data], [root])
  await expect(mine.allow(join(data, 'token'), 'source')).rejects.toMatchObject({
    code: 'forbidden-path',
    field: 'source',
  })
  await symlink(data, join(root, 'films', 'link'))
  await expect(mine.allow(join(root, 'films', 'link', 'token'))).rejects.toMatchObject({
    code: 'forbidden-path',
  })
  expect(await mine.allow(root)).toBe(root)
  await expect(mine.allowContent(root)).rejects.toMatchObject({ code: 'forbidden-path', field: 'path' })
  expect(await mine.allowContent(join(root, 'films'))).toBe(join(root, 'films'))
})
