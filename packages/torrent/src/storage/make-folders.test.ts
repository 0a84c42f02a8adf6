import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolders } from './make-folders.node.ts'
import { temporaryFolder } from './temporary.node.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

test('makes what is missing, and says where that begins', async () => {
  const path = join(folder.path, 'a', 'b', 'c')
  expect(await makeFolders(path)).toBe(join(folder.path, 'a'))
  expect(fs.statSync(path).isDirectory()).toBe(true)
  expect(await makeFolders(path)).toBeUndefined()
  expect(await makeFolders(join(path, 'd'))).toBe(join(path, 'd'))
})

test('calls beside each other make one folder', async () => {
  const path = join(folder.path, 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)))
  expect(fs.statSync(path).isDirectory()).toBe(true)
})

test('a file in the way is refused', async () => {
  const file = join(folder.path, 'file')
  fs.writeFileSync(file, 'mine')
  await expect(makeFolders(file)).rejects.toMatchObject({ code: 'unsafe-path' })
  await expect(makeFolders(join(file, 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  expect(fs.readFileSync(file, 'utf8')).toBe('mine')
})

test('a folder that a link stands for is used; a link to nowhere is refused', async () => {
  fs.symlinkSync(dirname(folder.path), join(folder.path, 'up'))
  fs.symlinkSync('nowhere', join(folder.path, 'dangling'))
  expect(await makeFolders(join(folder.path, 'up'))).toBeUndefined()
  await expect(makeFolders(join(folder.path, 'dangling', 'a'))).rejects.toMatchObject({
    code: 'unsafe-path',
  })
})

test.runIf(process.platform === 'linux')('ends where there can be no folders', async () => {
  for (const path of ['/proc/shoal', '/proc/shoal/a/b'])
    await expect(makeFolders(path)).rejects.toMatchObject({
      code: 'no-permission',
      message: 'no folder can be made in /proc: choose another',
    })
})
