import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { passingFolder } from './passing-folder.ts'

test('folders of processes that have ended are deleted, and those of others stay', async () => {
  const state = await mkdtemp(join(tmpdir(), 'shoal-passing-'))
  vi.stubEnv('SHOAL_STATE', state)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(state, { recursive: true, force: true })
  })
  const { pid } = spawnSync(process.execPath, ['--version'])
  const mine = await passingFolder('runs')
  for (const path of [mine, join(state, 'runs', `${pid}-a`), join(state, 'runs', `${process.ppid}-b`)])
    await mkdir(join(path, 'inside'), { recursive: true })
  const next = await passingFolder('runs')
  expect(next).not.toBe(mine)
  expect((await readdir(join(state, 'runs'))).sort()).toEqual(
    [mine.split('/').at(-1), `${process.ppid}-b`].sort(),
  )
})
