import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readIpFilter } from './ip-filter.node.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-ip-filter-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

test('reads plain files and gzip files, however they are named', async () => {
  const text = Array.from(
    { length: 20_000 },
    (_, i) => `n:10.${i >> 8}.${i & 255}.0-10.${i >> 8}.${i & 255}.9`,
  )
  const plain = await readIpFilter(await file('list.gz', text.join('\n')))
  const packed = await readIpFilter(await file('list.p2p', gzipSync(text.join('\n'))))
  for (const list of [plain, packed]) {
    expect(list).toMatchObject({ rules: 20_000, badLines: 0 })
    expect([list.ranges.has('10.78.31.9'), list.ranges.has('10.78.31.10')]).toEqual([true, false])
  }
  await expect(readIpFilter(await file('empty', ''))).resolves.toMatchObject({ rules: 0, badLines: 0 })
})

test('rejects what is not a readable file, and damaged gzip files', async () => {
  await expect(readIpFilter(join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(readIpFilter(folder)).rejects.toMatchObject({ code: 'bad-argument' })
  const damaged = gzipSync('10.0.0.1\n'.repeat(1000)).subarray(0, 30)
  await expect(readIpFilter(await file('damaged', damaged))).rejects.toMatchObject({ code: 'io' })
})
