import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary.node.ts'
import { makeFolders } from './make-folders.node.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

test('creates missing folders and returns the topmost', async () => {
  const path = join(folder.path, 'a', 'b', 'c')
  expect(await makeFolders(path)).toBe(join(folder.path, 'a'))
  expect(fs.statSync(path).isDirectory()).toBe(true)
  expect(await makeFolders(path)).toBeUndefined()
  expect(await makeFolders(join(path, 'd'))).toBe(join(path, 'd'))
})

test('concurrent calls create one folder', async () => {
  const path = join(folder.path, 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)))
  expect(fs.statSync(path).isDirectory()).toBe(true)
})

test('rejects if a file has the name', async () => {
  const file = join(folder.path, 'file')
  fs.writeFileSync(file, 'mine')
  await expect(makeFolders(file)).rejects.toMatchObject({ code: 'unsafe-path' })
  await expect(makeFolders(join(file, 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  expect(fs.readFileSync(file, 'utf8')).toBe('mine')
})

test('follows a link to a folder and rejects a dangling link', async () => {
  fs.symlinkSync(dirname(folder.path), join(folder.path, 'up'))
  fs.symlinkSync('nowhere', join(folder.path, 'dangling'))
  expect(await makeFolders(join(folder.path, 'up'))).toBeUndefined()
  await expect(makeFolders(join(folder.path, 'dangling', 'a'))).rejects.toMatchObject({
    code: 'unsafe-path',
  })
})

test.runIf(process.platform === 'linux')('rejects where no folder can be created', async () => {
  for (const path of ['/proc/shoal', '/proc/shoal/a/b'])
    await expect(makeFolders(path)).rejects.toMatchObject({
      code: 'no-permission',
      message: 'Cannot create a folder in /proc. Choose another one.',
    })
})
