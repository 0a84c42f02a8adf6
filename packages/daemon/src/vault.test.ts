import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Vault } from './vault.ts'

test('vaults that are first used at the same time have one key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-vault-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const vaults = Array.from({ length: 8 }, () => new Vault(folder))
  const boxes = await Promise.all(vaults.map((vault, at) => vault.seal(at)))
  const later = new Vault(folder)
  expect(await Promise.all(boxes.map(box => later.open(box)))).toEqual([...vaults.keys()])
  expect(await readdir(folder)).toEqual(['secrets.key'])
})
