/** Sealed shares and Debian's age open each other's files. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SealedPath, sealPath } from '../apps/node/src/base/sealing/seal-path.ts'
import { PseudoTerminal } from '../apps/node/src/testing/pseudo-terminal.ts'
import { formatSecretKey } from '../packages/identity/src/age/age.ts'
import { KeyPair } from '../packages/identity/src/index.ts'
import { saveKeyFile } from '../packages/identity/src/key-file.node.ts'
import { bytesSource, OpenedShare, type SealTo, type Unlock } from '../packages/sealed/src/index.ts'
import { missing, toolPath } from './support/tools.ts'

const skip = missing('age')
const run = promisify(execFile)
const me = KeyPair.generate()
const { signal } = new AbortController()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-age-'))
  await mkdir(join(folder, 'Reise', 'leer'), { recursive: true })
  await writeFile(join(folder, 'Reise', 'Größe.txt'), 'hello')
  await writeFile(join(folder, 'Reise', `${'n'.repeat(120)}.bin`), Buffer.alloc(300_000, 'ab'))
  await writeFile(join(folder, 'Reise', 'empty'), '')
  await writeFile(join(folder, 'secret.txt'), `${me.exportSecret().ageSecretKey}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

async function seal(name: string, to: SealTo): Promise<SealedPath> {
  return sealPath(join(folder, 'Reise'), join(folder, name), to, { signal })
}

/** Opens a share with `age -d` and `tar x`, and compares the files with the originals. */
async function openWithAge(path: string, args: readonly string[]): Promise<void> {
  const tar = `${path}.tar`
  await run(toolPath('age'), ['-d', ...args, '-o', tar, path])
  await expectOriginalFiles(tar)
}

async function expectOriginalFiles(tar: string): Promise<void> {
  const out = await mkdtemp(join(folder, 'out-'))
  const { stderr } = await run('tar', ['xf', tar, '-C', out])
  expect(stderr).toBe('')
  execFileSync('diff', ['-r', join(folder, 'Reise'), join(out, 'Reise')])
}

/** Runs age on a terminal and enters a passphrase at each prompt. Returns the exit code. */
async function atTerminal(
  args: readonly string[],
  ...passphrases: readonly string[]
): Promise<number | null> {
  await using terminal = new PseudoTerminal([toolPath('age'), ...args], {
    cwd: folder,
    env: process.env,
    columns: 200,
  })
  for (const passphrase of passphrases) {
    await terminal.until('passphrase')
    await terminal.until(':')
    terminal.type(`${passphrase}\n`)
  }
  return await terminal.ended()
}

async function openWithShoal(path: string, unlock: Unlock): Promise<void> {
  const share = await OpenedShare.open(bytesSource(await readFile(path)), unlock)
  const names = share.entries.filter(({ folder }) => !folder).map(({ path }) => path.join('/'))
  expect(names.sort()).toEqual([`Reise/Größe.txt`, 'Reise/empty', `Reise/${'n'.repeat(120)}.bin`].sort())
  for (const name of names) {
    const file = await share.file(name.split('/'))
    expect(Buffer.from(await file.read(0, file.lengthBytes)).equals(await readFile(join(folder, name)))).toBe(
      true,
    )
  }
}

async function createTar(...options: readonly string[]): Promise<string> {
  const tar = join(folder, `created${options.join('')}.tar`)
  await run('tar', [...options, '-cf', tar, '-C', folder, 'Reise'])
  return tar
}

test.skipIf(skip)('age opens shares sealed with a key in a link', async () => {
  const { path, seal: link } = await seal('by-key', { by: 'key' })
  if (link.by !== 'key') throw new Error('the link has no key')
  await writeFile(join(folder, 'link-key.txt'), formatSecretKey(link.key))
  await openWithAge(path, ['-i', join(folder, 'link-key.txt')])
  await expect(openWithAge(path, ['-i', join(folder, 'secret.txt')])).rejects.toThrow(/no identity matched/)
})

test.skipIf(skip)(
  'age opens shares sealed to a did:key, with the exported key and with the key file',
  async () => {
    const { path } = await seal('to-me', {
      by: 'recipients',
      recipients: [KeyPair.generate().recipient, me.did],
    })
    await openWithAge(path, ['-i', join(folder, 'secret.txt')])
    await saveKeyFile(join(folder, 'identity.age'), me, 'key file pass', { workFactor: 10 })
    const tar = join(folder, 'to-me.tar')
    expect(await atTerminal(['-d', '-i', 'identity.age', '-o', tar, path], 'key file pass')).toBe(0)
    await expectOriginalFiles(tar)
  },
)

test.skipIf(skip)('age opens shares sealed with a passphrase', async () => {
  const { path } = await seal('by-passphrase', {
    by: 'passphrase',
    passphrase: 'correct horse',
    workFactor: 12,
  })
  const tar = join(folder, 'by-passphrase.tar')
  expect(await atTerminal(['-d', '-o', tar, path], 'correct horse')).toBe(0)
  await expectOriginalFiles(tar)
  expect(await atTerminal(['-d', '-o', join(folder, 'never'), path], 'wrong horse')).not.toBe(0)
})

test.skipIf(skip).each([[['--format=gnu']], [['--format=ustar', '--exclude=n*']], [['--format=posix']]])(
  'opens archives of tar %s that age -r sealed',
  async options => {
    const tar = await createTar(...options)
    const path = `${tar}.age`
    await run(toolPath('age'), ['-r', me.recipient, '-o', path, tar])
    const share = await OpenedShare.open(bytesSource(await readFile(path)), {
      identities: [me.ageIdentity()],
    })
    const file = await share.file(['Reise', 'Größe.txt'])
    expect(Buffer.from(await file.read(0, 5)).toString()).toBe('hello')
    if (!options.includes('--exclude=n*')) await openWithShoal(path, { identities: [me.ageIdentity()] })
  },
)

test.skipIf(skip)('opens archives that age -p sealed', async () => {
  const path = join(folder, 'typed.age')
  const tar = await createTar('--format=gnu')
  expect(await atTerminal(['-p', '-o', path, tar], 'a long one', 'a long one')).toBe(0)
  await openWithShoal(path, { passphrase: 'a long one' })
  const wrong = OpenedShare.open(bytesSource(await readFile(path)), { passphrase: 'another' })
  await expect(wrong).rejects.toMatchObject({ code: 'wrong-passphrase' })
})
