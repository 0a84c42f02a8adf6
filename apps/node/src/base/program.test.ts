import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeProgram, describeStarter } from './program.ts'

let folder: string
const at = (...names: string[]) => join(folder, ...names)
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'shoal-program-')))
  for (const path of ['bin/node', 'old/node', 'clone/shoal.ts', 'my files/shoal.ts']) {
    await mkdir(join(at(path), '..'), { recursive: true })
    await writeFile(at(path), '')
    await chmod(at(path), 0o755)
  }
  await symlink(at('clone/shoal.ts'), at('bin/shoal'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('in a clone, started by npm', () => {
  const npm = (cwd: string, startedIn = cwd) => ({
    script: at('clone/node_modules/.bin/shoal'),
    node: at('bin/node'),
    cwd: at(cwd),
    env: { npm_execpath: '/npm-cli.js', npm_config_local_prefix: at('clone'), INIT_CWD: at(startedIn) },
  })

  test('hints use npx in the folder of the clone and below', () => {
    expect(describeProgram(npm('clone'))).toBe('npx shoal')
    expect(describeProgram(npm('clone/docs'))).toBe('npx shoal')
    expect(describeStarter(npm('clone'))).toBe('npm start')
  })

  test('hints outside the clone name it, because npx would ask the registry', () => {
    const elsewhere = npm('clone', 'old')
    expect(describeProgram(elsewhere)).toBe(`npx --prefix ${at('clone')} shoal`)
    expect(describeStarter(elsewhere)).toBe(`npx --prefix ${at('clone')} shoal start`)
  })
})

describe('without npm', () => {
  const direct = (script: string, path: string[], cwd = 'clone') =>
    describeProgram({
      script: at(script),
      node: at('bin/node'),
      cwd: at(cwd),
      env: { PATH: path.map(each => at(each)).join(delimiter) },
    })

  test('a program in the PATH is called by name', () => {
    expect(direct('bin/shoal', ['old', 'bin'])).toBe('shoal')
    expect(direct('bin/shoal', ['old'], '.')).toBe('bin/shoal')
    expect(direct('bin/shoal', [], 'bin')).toBe('./shoal')
  })

  test('a script is passed to the Node that runs it', () => {
    expect(direct('clone/shoal.ts', ['bin'])).toBe('node shoal.ts')
    expect(direct('clone/shoal.ts', ['bin'], 'old')).toBe(`node ${at('clone/shoal.ts')}`)
    // Another Node comes first in that PATH.
    expect(direct('clone/shoal.ts', ['old', 'bin'])).toBe(`${at('bin/node')} shoal.ts`)
    expect(direct('my files/shoal.ts', ['bin'], 'old')).toBe(`node "${at('my files/shoal.ts')}"`)
  })
})
