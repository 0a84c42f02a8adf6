import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readNodeFile, removeNodeFile, writeNodeFile } from '../../base/node-file.ts'
import { findNode } from './address.ts'
import type { NodeOptions } from './node-options.ts'

const NONE: NodeOptions = {
  node: undefined,
  token: undefined,
  username: undefined,
  passwordFile: undefined,
  dataDir: undefined,
}
const URL_HERE = 'http://127.0.0.1:8420'
let dataDir: string
let passwordFile: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shoal-address-'))
  passwordFile = join(dataDir, 'password')
  await writeFile(passwordFile, 'correct horse\nsecond line\n')
  await writeFile(join(dataDir, 'token'), 'here\n')
})
afterAll(() => rm(dataDir, { recursive: true }))

const find = (given: Partial<NodeOptions> = {}, env: Record<string, string> = {}) =>
  findNode({ ...NONE, dataDir, ...given }, env)

describe('the node of a command', () => {
  test('is the one that runs with the data folder, opened by its token', async () => {
    await writeNodeFile(dataDir, { url: `${URL_HERE}/`, pid: process.pid })
    expect(await find()).toEqual({
      url: URL_HERE,
      token: 'here',
      password: null,
      dataDir,
      credentials: join(dataDir, 'token'),
    })
    expect((await findNode(NONE, { SHOAL_DATA_DIR: dataDir })).url).toBe(URL_HERE)
    expect((await find({ node: 'local' })).token).toBe('here')
    await removeNodeFile(dataDir)
    await expect(find()).rejects.toMatchObject({ code: 'no-node', message: expect.stringContaining(dataDir) })
    await expect(findNode(NONE, { SHOAL_STATE: join(dataDir, 'none') })).rejects.toThrow(
      /^no node runs here: .+ start starts one/,
    )
  })

  test('is missing if its process has ended or its file is invalid', async () => {
    // The maximum on Linux is 2^22.
    await writeNodeFile(dataDir, { url: URL_HERE, pid: 2 ** 30 })
    expect(await readNodeFile(dataDir)).toBeNull()
    for (const content of ['', '{', 'null', '{"url":"file:///x","pid":1}', '{"url":"http://x"}']) {
      await writeFile(join(dataDir, 'node.json'), content)
      expect(await readNodeFile(dataDir)).toBeNull()
    }
  })

  test('is another one if an address is given, which does not get the token of this one', async () => {
    const other = await find({ node: 'nas.example:8420/' })
    expect(other).toEqual({
      url: 'http://nas.example:8420',
      token: null,
      password: null,
      dataDir: null,
      credentials: null,
    })
    expect((await findNode(NONE, { SHOAL_NODE: 'https://nas.example/shoal/' })).url).toBe(
      'https://nas.example/shoal',
    )
  })

  test('a given data folder takes precedence over the node in the environment', async () => {
    await writeNodeFile(dataDir, { url: URL_HERE, pid: process.pid })
    expect((await find({}, { SHOAL_NODE: 'http://nas.example' })).url).toBe(URL_HERE)
  })

  test('credentials in options take precedence over the environment', async () => {
    const env = { SHOAL_TOKEN: 'env', SHOAL_USERNAME: 'me', SHOAL_PASSWORD_FILE: passwordFile }
    const node = 'http://nas.example'
    expect(await find({ node, token: 'given' }, env)).toMatchObject({ token: 'given', password: null })
    expect(await find({ node, username: 'you' }, env)).toMatchObject({
      token: null,
      password: { username: 'you', password: 'correct horse' },
    })
    expect(await find({ node }, env)).toMatchObject({ token: 'env', password: null })
    expect((await find({ node }, { ...env, SHOAL_TOKEN: '' })).password?.username).toBe('me')
  })

  test.each([
    [{ node: 'ftp://x y' }, /not the address of a node/],
    [{ node: 'http://me:pw@nas.example' }, /omit the password/],
    [{ node: 'http://nas.example/?x' }, /more than the address of a node/],
    [{ node: 'x', token: 'a b' }, /--token is not a token/],
    [{ node: 'x', token: 'a', username: 'b' }, /either --token or --username/],
    [{ node: 'x', username: 'a' }, /give --password-file/],
    [{ node: 'x', passwordFile: 'a' }, /give --username/],
    [{ node: 'x', username: 'a', passwordFile: '/nowhere/x' }, /\/nowhere\/x: there is no such file/],
  ])('rejects %j', (given, message) => expect(find(given)).rejects.toThrow(message))
})
