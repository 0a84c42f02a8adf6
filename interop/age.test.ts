/** Sealed shares and Debian's age: what one seals the other opens. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealPath } from '../apps/node/src/base/sealing/seal-path.ts'
import { PseudoTerminal } from '../apps/node/src/testing/pseudo-terminal.ts'
import { formatSecretKey } from '../packages/identity/src/age/age.ts'
import { KeyPair } from '../packages/identity/src/index.ts'
import { saveKeyFile } from '../packages/identity/src/key-file.node.ts'
import { bytesSource, OpenedShare, type SealTo, type Unlock } from '../packages/sealed/src/index.ts'
import { lacking, toolPath } from './support/tools.ts'

const skip = lacking('age')
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

async function seal(name: string, to: SealTo): Promise<{ path: string; key?: Uint8Array }> {
  return sealPath(join(folder, 'Reise'), join(folder, name), to, { signal })
}

/** `age -d` with these words, then `tar x`, and what differs from what was sealed. */
async function opensWithAge(path: string, words: readonly string[]): Promise<void> {
  const tar = `${path}.tar`
  await run(toolPath('age'), ['-d', ...words, '-o', tar, path])
  await sameAfterTar(tar)
}

async function sameAfterTar(tar: string): Promise<void> {
  const out = await mkdtemp(join(folder, 'out-'))
  const { stderr } = await run('tar', ['xf', tar, '-C', out])
  expect(stderr).toBe('')
  execFileSync('diff', ['-r', join(folder, 'Reise'), join(out, 'Reise')])
}

/** Runs age on a terminal, enters the passphrase each time it asks, and returns its output. */
async function atTerminal(words: readonly string[], ...answers: readonly string[]): Promise<number | null> {
  await using terminal = new PseudoTerminal([toolPath('age'), ...words], {
    cwd: folder,
    env: process.env,
    columns: 200,
  })
  for (const answer of answers) {
    await terminal.until('passphrase')
    await terminal.until(':')
    terminal.type(`${answer}\n`)
  }
  return await terminal.ended()
}

async function opensHere(path: string, unlock: Unlock): Promise<void> {
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

async function tarOf(...words: readonly string[]): Promise<string> {
  const tar = join(folder, `made${words.join('')}.tar`)
  await run('tar', [...words, '-cf', tar, '-C', folder, 'Reise'])
  return tar
}

test.skipIf(skip)('age opens shares sealed with a key in a link', async () => {
  const { path, key } = await seal('by-key', { by: 'key' })
  await writeFile(join(folder, 'link-key.txt'), formatSecretKey(key!))
  await opensWithAge(path, ['-i', join(folder, 'link-key.txt')])
  await expect(opensWithAge(path, ['-i', join(folder, 'secret.txt')])).rejects.toThrow(/no identity matched/)
})

test.skipIf(skip)(
  'age opens what is sealed to a did:key, with the exported key and with the key file itself',
  async () => {
    const { path } = await seal('to-me', {
      by: 'recipients',
      recipients: [KeyPair.generate().recipient, me.did],
    })
    await opensWithAge(path, ['-i', join(folder, 'secret.txt')])
    await saveKeyFile(join(folder, 'identity.age'), me, 'key file pass', { workFactor: 10 })
    const tar = join(folder, 'to-me.tar')
    expect(await atTerminal(['-d', '-i', 'identity.age', '-o', tar, path], 'key file pass')).toBe(0)
    await sameAfterTar(tar)
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
  await sameAfterTar(tar)
  expect(await atTerminal(['-d', '-o', join(folder, 'never'), path], 'wrong horse')).not.toBe(0)
})

test.skipIf(skip).each([[['--format=gnu']], [['--format=ustar', '--exclude=n*']], [['--format=posix']]])(
  'what age -r seals of tar %s is opened',
  async words => {
    const tar = await tarOf(...words)
    const path = `${tar}.age`
    await run(toolPath('age'), ['-r', me.recipient, '-o', path, tar])
    const share = await OpenedShare.open(bytesSource(await readFile(path)), {
      identities: [me.ageIdentity()],
    })
    const file = await share.file(['Reise', 'Größe.txt'])
    expect(Buffer.from(await file.read(0, 5)).toString()).toBe('hello')
    if (!words.includes('--exclude=n*')) await opensHere(path, { identities: [me.ageIdentity()] })
  },
)

test.skipIf(skip)('files sealed with age -p are opened', async () => {
  const path = join(folder, 'typed.age')
  const tar = await tarOf('--format=gnu')
  expect(await atTerminal(['-p', '-o', path, tar], 'a long one', 'a long one')).toBe(0)
  await opensHere(path, { passphrase: 'a long one' })
  const wrong = OpenedShare.open(bytesSource(await readFile(path)), { passphrase: 'another' })
  await expect(wrong).rejects.toMatchObject({ code: 'wrong-passphrase' })
})
