import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary.node.ts'
import { ignoresCase, seemsToIgnoreCase } from './ignores-case.node.ts'

test('whether a folder ignores case is guessed from what is there, without creating anything', async () => {
  const { path, remove } = temporaryFolder()
  try {
    const folder = join(path, 'some', '1')
    const known = await ignoresCase(path)
    expect(seemsToIgnoreCase(folder)).toBe(known)
    expect(await readdir(path)).toEqual([])
    await mkdir(folder, { recursive: true })
    expect(seemsToIgnoreCase(folder)).toBe(known)
    // Two files, or one under both names.
    await Promise.all(['a.TXT', 'A.TXT'].map(name => writeFile(join(folder, name), name)))
    expect(seemsToIgnoreCase(folder)).toBe(known)
  } finally {
    await remove()
  }
})
