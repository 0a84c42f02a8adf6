import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { KeyPair } from '@shoal/identity'
import { writeDeviceText } from '@shoal/identity/devices'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, PASSPHRASE, Workplace } from '../../testing/shoal-process.ts'

let place: Workplace
let node: { url: string; token: string }
let did: string
let successor: string
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  node = await place.node()
  did = await place.key()
})
afterAll(() => place[Symbol.asyncDispose]())

const devices = (...words: string[]) => place.json('devices', ...words, ...PASSPHRASE)
const names = ({ object }: { object: Json }) => object.items.map(({ name }: { name: string }) => name)

test('the first list shows the words of the successor once, and names the node', async () => {
  expect((await place.run('devices')).stdout).toContain('There is no device list')
  const added = await devices('add', 'home')
  expect(added.object).toMatchObject({ did, sequence: 0, items: [{ name: 'home', kind: 'node', own: true }] })
  successor = added.object.successor
  expect(successor.split(' ')).toHaveLength(24)
  const listed = await place.run('devices')
  expect(listed.stdout).toContain(did)
  expect(listed.stdout).not.toContain(successor.split(' ').slice(0, 3).join(' '))
})

test('this machine logs in to a remote node with its device key, until it is removed', async () => {
  const remote = (...words: string[]) => place.json(...words, '--node', node.url)
  expect((await remote('devices')).object).toMatchObject({ error: { code: 'unauthorized' } })
  const added = await devices('add', 'laptop', '--here')
  expect([names(added), added.object.successor]).toEqual([['home', 'laptop'], undefined])
  expect((await stat(place.at('state', 'device.key'))).mode & 0o777).toBe(0o600)
  expect(names(await remote('devices'))).toEqual(['home', 'laptop'])
  expect((await place.json('sessions')).object.items).toContainEqual(
    expect.objectContaining({ username: did, by: 'device' }),
  )
  // A device alone cannot decide whose devices can log in.
  expect((await remote('devices', 'forget')).object).toMatchObject({ error: { code: 'forbidden' } })
  expect(names(await devices('remove', 'laptop'))).toEqual(['home'])
  const removed = await place.run('list', '--node', node.url)
  expect([removed.code, removed.stderr]).toEqual([1, expect.stringContaining('does not accept this device')])
  expect((await place.json('sessions')).object.items).toEqual([])
})

test('another node joins by its code and the list, and a device gets another name', async () => {
  await using other = await Workplace.create({ oneProcess: true })
  await other.node()
  const code = (await other.run('devices', 'describe', 'attic')).stdout.trim()
  expect(names(await devices('add', '--description', code))).toEqual(['home', 'attic'])
  expect(names(await devices('rename', 'attic', 'cellar'))).toEqual(['home', 'cellar'])
  const list = other.at('list.json')
  await writeFile(list, (await place.run('devices', 'export')).stdout)
  expect((await other.json('devices', 'join', list)).object).toMatchObject({
    did,
    items: [
      { name: 'home', own: false },
      { name: 'cellar', own: true },
    ],
  })
  await writeFile(list, '{}')
  expect((await other.json('devices', 'join', list)).object).toMatchObject({
    error: { code: 'bad-device-list' },
  })
  expect((await devices('rename', 'attic', 'x')).object).toMatchObject({ error: { code: 'not-found' } })
  expect(names(await devices('remove', 'cellar'))).toEqual(['home'])
})

test('sets and removes the password of the console', async () => {
  const file = place.at('password.txt')
  await writeFile(file, 'correct horse\n')
  const set = await place.json('password', '--new-username', 'ana', '--new-password-file', file)
  expect(set.object).toEqual({ username: 'ana' })
  const login = ['--node', node.url, '--username', 'ana', '--password-file', file]
  expect((await place.json('sessions', ...login)).object).toHaveProperty('items')
  expect((await place.json('password', '--remove')).object).toEqual({ username: null })
  expect((await place.json('sessions', ...login)).object).toMatchObject({ error: { code: 'unauthorized' } })
})

test('adds a browser by the description that it shows', async () => {
  const browser = {
    ...({ name: 'Tablet', kind: 'browser', added: 1_800_000_000 } as const),
    ...{ loginKey: KeyPair.generate().publicKey, messageKey: KeyPair.generate().publicKey },
  }
  const text = writeDeviceText(browser)
  expect(names(await devices('add', '--description', text))).toContain('Tablet')
  const { items } = (await place.json('devices')).object
  expect(items).toContainEqual(expect.objectContaining({ name: 'Tablet', kind: 'browser', own: false }))
  expect(names(await devices('remove', 'Tablet'))).not.toContain('Tablet')
  const wrong = await devices('add', '--description', `${text}AA`)
  expect([wrong.code, wrong.object.error.code]).toEqual([1, 'bad-device-list'])
  for (const words of [['add', 'x'], ['add', '--here'], ['renew']])
    expect((await devices(...words, '--description', text)).code).toBe(2)
})

test('a login that was signed for this node is refused under another name', async () => {
  await devices('add', 'laptop', '--here')
  const post = async (path: string, body: object, headers = {}) =>
    fetch(`${node.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const { nonce } = (await (await post('/api/access/challenges', {})).json()) as { nonce: string }
  const answer = await post('/api/access/devices', { nonce, audience: 'https://evil.example', token: 'x' })
  expect([answer.status, await answer.json()]).toMatchObject([
    401,
    { error: { code: 'bad-login', field: 'audience' } },
  ])
})

test('the successor replaces the key, loudly, and signs from then on', async () => {
  await writeFile(place.at('words'), `${successor}\n`)
  const rotated = await devices('rotate', '--words-file', 'words', '--key-file', keyFile())
  expect(rotated.object).toMatchObject({ did, alarms: [{ kind: 'rotated' }] })
  expect(rotated.object.successor).not.toBe(successor)
  const health = await place.json('health')
  expect(health.object.problems).toEqual([expect.stringContaining('Your root key was replaced')])
  const { sequence } = rotated.object
  expect((await devices('renew')).object).toMatchObject({ did, sequence: sequence + 1 })
  expect((await place.json('devices', 'dismiss')).object.alarms).toEqual([])
  // The key file is unchanged, since it opens shares sealed for it.
  expect((await place.json('key', 'show')).object.did).toBe(did)
})

test('lists are brought to another node with its token, and older ones are refused', async () => {
  const kept = await readFile(`${keyFile()}.devices`, 'utf8')
  await devices('renew')
  const token = ['--node', node.url, '--token', node.token]
  const older = await place.json('api', 'acceptDevices', kept, ...token)
  expect(older.object).toMatchObject({ error: { code: 'bad-device-list' } })
  expect((await place.json('devices')).object.alarms).toMatchObject([{ kind: 'older' }])
  expect((await place.json('devices', 'forget')).object).toMatchObject({ did: null, items: [] })
  expect((await devices('send')).object).toMatchObject({ did, history: { lists: expect.any(Array) } })
})

test('refuses options that do not belong together, and unknown devices', async () => {
  for (const words of [['list', '--here'], ['renew', '--words-file', 'words'], ['remove'], ['list', 'x']])
    expect([words, (await place.run('devices', ...words, ...PASSPHRASE)).code]).toEqual([words, 2])
  expect((await devices('remove', 'nothing')).object).toMatchObject({ error: { code: 'not-found' } })
  await mkdir(place.at('empty'))
  expect((await devices('renew', '--key-file', 'empty/none')).object).toMatchObject({
    error: { code: 'not-found' },
  })
})

const keyFile = () => place.at('state', 'identity.age')
