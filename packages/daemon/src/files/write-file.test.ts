import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNewFile, writeWholeFile } from './write-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-write-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a new file replaces none with other bytes, and leaves nothing behind', async () => {
  const path = join(folder, 'deep', 'a.txt')
  await writeNewFile(path, 'mine')
  await writeNewFile(path, Buffer.from('mine'))
  await expect(writeNewFile(path, 'else')).rejects.toMatchObject({ code: 'exists' })
  const stream = (async function* () {
    yield Buffer.from('else')
  })()
  await expect(writeNewFile(path, stream)).rejects.toMatchObject({ code: 'exists' })
  expect(await readFile(path, 'utf8')).toBe('mine')
  await writeWholeFile(path, 'whole')
  expect(await readFile(path, 'utf8')).toBe('whole')
  await expect(writeNewFile(join(folder, 'deep'), 'else')).rejects.toMatchObject({ code: 'exists' })
  expect(await readdir(join(folder, 'deep'))).toEqual(['a.txt'])
})

test('of many that write one name at once, one succeeds', async () => {
  const path = join(folder, 'race.txt')
  const written = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) => writeNewFile(path, `number ${at}`)),
  )
  expect(written.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await writeFile(path, 'free')
})
