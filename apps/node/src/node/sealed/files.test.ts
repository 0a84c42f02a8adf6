import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redact } from '@shoal/daemon/redact'
import { Vault } from '@shoal/daemon/vault'
import { bytesSource, createSeal, OpenedShare, SealedContent, type SealInput } from '@shoal/sealed'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sealPath } from '../../base/sealing/seal-path.ts'
import { toShareLink } from '../../base/sealing/to-share-link.ts'
import { unpack } from '../../base/sealing/unpack.ts'

const { signal } = new AbortController()
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-sealed-'))
})
afterEach(() => rm(folder, { recursive: true }))

const text = (content: string) => bytesSource(new TextEncoder().encode(content))

async function opened(
  inputs: readonly SealInput[],
  change?: (bytes: Uint8Array) => void,
): Promise<OpenedShare> {
  const seal = await createSeal({ by: 'key' })
  const sealed = new SealedContent(inputs, seal)
  const bytes = await sealed.read(0, sealed.lengthBytes)
  change?.(bytes)
  return OpenedShare.open(bytesSource(bytes), { key: seal.key! })
}

test('files are restored with content, time and executable bit', async () => {
  await mkdir(join(folder, 'Trip', 'empty'), { recursive: true })
  await writeFile(join(folder, 'Trip', 'run.sh'), 'echo')
  await chmod(join(folder, 'Trip', 'run.sh'), 0o755)
  await utimes(join(folder, 'Trip', 'run.sh'), 1e9, 1e9)
  const { path, seal, name } = await sealPath(
    join(folder, 'Trip'),
    join(folder, 'out'),
    { by: 'key' },
    { signal },
  )
  expect([path, name]).toEqual([join(folder, 'out', 'sealed.age'), 'Trip'])
  const share = await OpenedShare.open(bytesSource(await readFile(path)), {
    key: (seal as { key: Uint8Array }).key,
  })
  const { paths, files } = await unpack(share, join(folder, 'in'), { signal, hidden: 'renamed' })
  expect(paths).toEqual([join(folder, 'in', 'Trip')])
  expect(files).toEqual([{ path: join(folder, 'in', 'Trip', 'run.sh'), length: 4 }])
  const stats = await stat(join(folder, 'in', 'Trip', 'run.sh'))
  expect([stats.mtimeMs, stats.mode & 0o100]).toEqual([1e12, 0o100])
  expect(await readdir(join(folder, 'in', 'Trip', 'empty'))).toEqual([])
})

test('existing files stay, and new ones get a number', async () => {
  await mkdir(join(folder, 'a'))
  await writeFile(join(folder, 'b.txt'), 'mine')
  const share = await opened([
    { path: ['a', 'x'], content: text('1') },
    { path: ['b.txt'], content: text('2') },
  ])
  await unpack(share, folder, { signal, hidden: 'renamed' })
  expect((await readdir(folder)).sort()).toEqual(['a', 'a (2)', 'b (2).txt', 'b.txt'])
  expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('mine')
})

test('if one byte is wrong, nothing is left behind', async () => {
  const content = bytesSource(new Uint8Array(400_000))
  const share = await opened(
    [
      { path: ['a'], content: text('1') },
      { path: ['b'], content },
    ],
    bytes => {
      bytes[300_000]! ^= 1
    },
  )
  await expect(unpack(share, folder, { signal, hidden: 'renamed' })).rejects.toMatchObject({
    code: 'damaged',
  })
  expect(await readdir(folder)).toEqual([])
})

test('unsafe names are made safe, and none leads out of the folder', async () => {
  const share = await opened([
    { path: ['con\ntrol', '..\\up'], content: text('1') },
    { path: ['x'.repeat(300)], content: text('2') },
  ])
  const { paths, files } = await unpack(share, folder, { signal, hidden: 'renamed' })
  expect(paths).toHaveLength(2)
  for (const { path } of files) {
    expect(path.startsWith(`${folder}/`)).toBe(true)
    expect((await stat(path)).size).toBe(1)
  }
})

test('hidden names at the top level become visible where a node opens a share, and stay in the terminal', async () => {
  const share = await opened([
    { path: ['.ssh', '.keys'], content: text('1') },
    { path: ['.bashrc'], content: text('2') },
  ])
  const renamed = await unpack(share, join(folder, 'node'), { signal, hidden: 'renamed' })
  expect((await readdir(join(folder, 'node'))).sort()).toEqual(['_bashrc', '_ssh'])
  expect(renamed.files.map(({ path }) => path)).toContain(join(folder, 'node', '_ssh', '.keys'))
  await unpack(share, join(folder, 'mine'), { signal, hidden: 'kept' })
  expect((await readdir(join(folder, 'mine'))).sort()).toEqual(['.bashrc', '.ssh'])
})

test('links and files that change meanwhile are not sealed', async () => {
  await mkdir(join(folder, 'Trip'))
  await symlink('/etc', join(folder, 'Trip', 'etc'))
  const seal = (options: Parameters<typeof sealPath>[3]) =>
    sealPath(join(folder, 'Trip'), join(folder, 'out'), { by: 'key' }, options)
  await expect(seal({ signal })).rejects.toMatchObject({ code: 'bad-argument' })
  await rm(join(folder, 'Trip', 'etc'))
  const path = join(folder, 'Trip', 'log')
  await writeFile(path, new Uint8Array(3_000_000))
  let changed: Promise<void> | undefined
  const onProgress = () => {
    changed ??= appendFile(path, 'more')
  }
  await expect(seal({ signal, onProgress })).rejects.toMatchObject({ code: 'changed' })
  await changed
  expect(await readdir(join(folder, 'out'))).toEqual([])
})

test('a vault returns its content with its own key only', async () => {
  const vault = new Vault(folder)
  const box = await vault.seal({ passphrase: 'correct horse' })
  expect(Buffer.from(box, 'base64').includes('horse')).toBe(false)
  expect((await stat(join(folder, 'secrets.key'))).mode & 0o777).toBe(0o600)
  expect(await new Vault(folder).open(box)).toEqual({ passphrase: 'correct horse' })
  await rm(join(folder, 'secrets.key'))
  await expect(new Vault(folder).open(box)).rejects.toMatchObject({ code: 'not-found' })
  await expect(vault.open('AAAA')).rejects.toMatchObject({ code: 'not-found' })
})

test('links are recognized and never logged', () => {
  expect(toShareLink('magnet:?xt=urn:btih:aa')).toBeNull()
  expect(() => toShareLink('https://example.org/#s1AAAAAAAAAA')).toThrow(/link/)
  expect(redact('GET https://example.org/#s1AIxkMToxMjA6wJW7kVW-x failed')).toBe(
    'GET https://example.org/#[redacted] failed',
  )
})
