import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IpFilter } from '@shoal/torrent/ip-filter'
import { expect, onTestFinished, test, vi } from 'vitest'
import { IpFilterFile } from './ip-filter-file.ts'

async function open(content: string) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-ip-filter-'))
  const path = join(folder, 'list.dat')
  await writeFile(path, content)
  const lists: (IpFilter | null)[] = []
  const errors: Error[] = []
  const file = new IpFilterFile({
    onList: list => void lists.push(list),
    onError: error => errors.push(error),
    pollMs: 20,
    quietMs: 50,
  })
  onTestFinished(async () => {
    file.close()
    await rm(folder, { recursive: true })
  })
  return { path, file, lists, errors }
}

test('a list is read again when its file changes, and stays in effect while the file is missing', async () => {
  const { path, file, lists, errors } = await open('10.0.0.1\n')
  await file.open(path)
  expect(lists.map(list => list?.rules)).toEqual([1])
  await writeFile(path, '10.0.0.1\n10.0.0.7\n')
  await vi.waitFor(() => expect(file.list?.ranges.has('10.0.0.7')).toBe(true))
  await rm(path)
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  expect(file.error).toMatchObject({ code: 'not-found' })
  expect(file.list?.rules).toBe(2)
  await writeFile(path, '10.0.0.9\n')
  await vi.waitFor(() => expect(file.list?.ranges.has('10.0.0.9')).toBe(true))
  expect(file.error).toBeNull()
  await file.open(null)
  expect(lists.at(-1)).toBeNull()
})

test('a path that cannot be read changes nothing', async () => {
  const { path, file, lists } = await open('10.0.0.1\n')
  await file.open(path)
  await expect(file.open(`${path}.none`)).rejects.toMatchObject({ code: 'not-found' })
  expect([file.path, lists.length]).toEqual([path, 1])
  await writeFile(path, '10.0.0.1\n10.0.0.2\n')
  await file.reload()
  expect(file.list?.rules).toBe(2)
})
