import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { writeLists } from './device-lists.ts'
import { newKey } from './keys.ts'

test.skipIf(process.platform === 'win32')(
  'what belongs to a key is for its owner only, whatever the umask',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-keys-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const before = process.umask(0)
    onTestFinished(() => void process.umask(before))
    const passphrase = join(folder, 'passphrase')
    await writeFile(passphrase, 'a long enough passphrase of the test\n')
    const key = join(folder, 'one', 'two', 'identity.age')
    const secret = { file: passphrase, option: '--passphrase-file', signal: AbortSignal.timeout(limitMs(60)) }
    await newKey(key, secret, false)
    const other = join(folder, 'three', 'identity.age')
    await writeLists(other, { lists: [], devices: [] })
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    for (const path of [key, `${key}.pub`, `${other}.devices`])
      expect([path, await modeOf(path)]).toEqual([path, '600'])
    for (const path of [join(folder, 'one'), join(folder, 'one', 'two'), join(folder, 'three')])
      expect([path, await modeOf(path)]).toEqual([path, '700'])
  },
)
