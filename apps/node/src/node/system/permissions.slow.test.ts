import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasHostPaths, OPERATIONS } from '@shoal/api'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Access } from '../server/access/access.ts'
import { hashPassword } from '../server/access/password.ts'
import { buildServer } from '../server/server.ts'
import { TOKEN } from '../server/testing/served.ts'
import { type TestNode, testNode } from '../testing/test-node.ts'
import { torrentFile } from '../testing/torrent-file.ts'

const PUBLISHED = `magnet:?xs=urn:btpk:${'ab'.repeat(32)}`
const HASH = '0123456789abcdef0123456789abcdef01234567'
let node: TestNode
/** The home folder, which the node can use. */
let home: string

beforeEach(async () => {
  node = await testNode()
  home = node.folder
  await mkdir(join(home, '.ssh'))
  await mkdir(join(home, 'films', '.git'), { recursive: true })
  await symlink(join(home, '.ssh'), join(home, 'link'))
})
afterEach(() => node.end())

/** Every use of a folder, with the field named in errors. */
const USES: readonly (readonly [field: string, use: (folder: string) => Promise<unknown>])[] = [
  ['directory', directory => guest().addTorrent(inputs.addTorrent.parse({ source: HASH, directory }))],
  ['path', path => guest().createTorrent(inputs.createTorrent.parse({ path }))],
  ['directory', directory => guest().moveTorrent({ id: HASH, directory })],
  ['directory', directory => guest().putLabel({ name: 'keys', directory })],
  ['downloads.directory', directory => guest().changeSettings({ downloads: { directory } })],
  [
    'downloads.completeDirectory',
    completeDirectory => guest().changeSettings({ downloads: { completeDirectory } }),
  ],
  ['directory', directory => guest().follow(inputs.follow.parse({ link: PUBLISHED, directory }))],
]
const guest = () => node.guestOperations
const inputs = {
  addTorrent: OPERATIONS.addTorrent.input,
  createTorrent: OPERATIONS.createTorrent.input,
  previewTorrent: OPERATIONS.previewTorrent.input,
  follow: OPERATIONS.follow.input,
}

describe('without the token', () => {
  test.each(USES.map(([field, use], at) => ({ at, field, use })))(
    'no hidden folder is used: $at $field',
    async ({ field, use }) => {
      const refused = { code: 'forbidden-path', field }
      for (const path of ['.ssh', '.new/deeper', 'films/.git', 'link', 'link/x', 'films/../.ssh', '', '..'])
        await expect(use(join(home, path)), path).rejects.toMatchObject(refused)
      await expect(use(`${home}/films/../.ssh`)).rejects.toMatchObject(refused)
    },
  )

  test('no hidden folder is listed, and no file is read from it', async () => {
    for (const path of ['.ssh', 'link', 'films/.git'])
      await expect(guest().listFolders({ path: join(home, path) })).rejects.toMatchObject({
        code: 'forbidden-path',
        field: 'path',
      })
    const source = join(home, '.ssh', 'a.torrent')
    for (const given of [source, `file://${source}`]) {
      const refused = { code: 'forbidden-path', field: 'source' }
      const [add, preview] = [
        inputs.addTorrent.parse({ source: given }),
        inputs.previewTorrent.parse({ source: given }),
      ]
      await expect(guest().addTorrent(add)).rejects.toMatchObject(refused)
      await expect(guest().previewTorrent(preview)).rejects.toMatchObject(refused)
    }
    const { entries } = await guest().listFolders({ path: home })
    expect(entries.map(({ name }) => name)).toEqual(['data', 'downloads', 'films', 'link'])
  })

  test('single files of hidden folders are not opened for settings', async () => {
    for (const name of ['ipFilter', 'countryDatabase'])
      for (const path of ['.ssh/id_ed25519', 'link/x', 'films/.git/config'])
        await expect(guest().changeSettings({ privacy: { [name]: join(home, path) } })).rejects.toMatchObject(
          { code: 'forbidden-path', field: `privacy.${name}` },
        )
    for (const name of ['ipFilter', 'countryDatabase'])
      await expect(guest().changeSettings({ privacy: { [name]: '/etc/shadow' } })).rejects.toMatchObject({
        code: 'forbidden-path',
        field: `privacy.${name}`,
      })
  })

  test('the owner opens any file for settings, and others may keep it', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'shoal-elsewhere-'))
    onTestFinished(() => rm(elsewhere, { recursive: true }))
    const ipFilter = join(elsewhere, 'list.p2p')
    await writeFile(ipFilter, 'x:1.2.3.4-1.2.3.5\n')
    await expect(guest().changeSettings({ privacy: { ipFilter } })).rejects.toMatchObject({
      code: 'forbidden-path',
    })
    await node.operations.changeSettings({ privacy: { ipFilter } })
    await guest().changeSettings({ privacy: { ipFilter, filterTrackers: true } })
    // It is opened, but is not a database.
    const countryDatabase = ipFilter
    await expect(node.operations.changeSettings({ privacy: { countryDatabase } })).rejects.toMatchObject({
      message: expect.stringContaining('country database'),
    })
  })

  test('every operation whose input has a path of the machine is guarded', () => {
    const withPaths = Object.entries(OPERATIONS).filter(([, { input }]) => hasHostPaths(input))
    const names = withPaths.map(([name]) => name) as (keyof typeof node.operations)[]
    expect(names).toContain('follow')
    for (const name of names) expect(guest()[name], name).not.toBe(node.operations[name])
  })

  test('no file of a torrent is renamed into a hidden folder', async () => {
    const { bytes, id } = await torrentFile('plain.bin')
    await node.torrents.add(bytes, { directory: home, paused: true })
    for (const path of ['.ssh/authorized_keys', '.bashrc', 'link/x'])
      await expect(guest().renameFile({ id, index: 0, path })).rejects.toMatchObject({
        code: 'forbidden-path',
        field: 'path',
      })
    await guest().renameFile({ id, index: 0, path: 'films/other.bin' })
  })

  test('other folders are used, and hidden ones that the owner named', async () => {
    await guest().putLabel({ name: 'films', directory: join(home, 'films') })
    await node.operations.putLabel({ name: 'own', directory: join(home, '.media') })
    await guest().putLabel({ name: 'mine', directory: join(home, '.media', 'x') })
    const refused = { code: 'forbidden-path' }
    for (const path of ['.media2', '.media/.git'])
      await expect(guest().putLabel({ name: 'no', directory: join(home, path) })).rejects.toMatchObject(
        refused,
      )
  })
})

describe('over HTTP', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
  const callers = [
    {
      name: 'a password',
      headers: basic('ann:correct horse'),
      pair: ['ann', 'correct horse'],
      isOwner: false,
    },
    { name: 'the token', headers: basic(`shoal:${TOKEN}`), pair: ['shoal', TOKEN], isOwner: true },
  ]

  test.each(callers)(
    '$name: owner $isOwner, in the APIs of other clients too',
    async ({ headers, pair, isOwner }) => {
      const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
      const app = buildServer({
        ...{ node, port: 0, access: new Access({ token: TOKEN, secret }) },
        plugins: node.running.flatMap(({ routes }) => routes ?? []),
      })
      const directory = join(home, '.ssh')
      const post = (url: string, payload: object | string, more: Record<string, string> = headers) =>
        app.inject({ method: 'POST', url, payload, headers: { host: 'localhost', ...more } })
      const added = (hash: string) => [...node.torrents.registry.listed()].some(({ id }) => id === hash)
      try {
        const login = await post('/api/access', { username: pair[0], password: pair[1] }, {})
        const cookie = String(login.headers['set-cookie']).split(';')[0]!
        for (const [at, more] of [headers, { cookie }].entries()) {
          const source = `${at}`.repeat(40)
          const answer = await post('/api/torrents', { source, directory, paused: true }, more)
          expect(answer.statusCode).toBe(isOwner ? 200 : 403)
          expect(added(source)).toBe(isOwner)
        }
        const file = await torrentFile('authorized_keys')
        const uploaded = await app.inject({
          method: 'POST',
          url: '/api/torrents/upload',
          query: { directory, paused: 'true' },
          headers: { host: 'localhost', 'content-type': 'application/x-bittorrent', ...headers },
          payload: Buffer.from(file.bytes),
        })
        expect([uploaded.statusCode, added(file.id)]).toEqual(isOwner ? [200, true] : [403, false])
        const rpc = '/transmission/rpc'
        const id = String((await post(rpc, {})).headers['x-transmission-session-id'])
        const args = {
          filename: `magnet:?xt=urn:btih:${'a'.repeat(40)}`,
          'download-dir': directory,
          paused: true,
        }
        await post(
          rpc,
          { method: 'torrent-add', arguments: args },
          { ...headers, 'x-transmission-session-id': id },
        )
        expect(added('a'.repeat(40))).toBe(isOwner)
        const form = { 'content-type': 'application/x-www-form-urlencoded' }
        const say = (url: string, params: Record<string, string>, more: Record<string, string>) =>
          post(`/api/v2/${url}`, new URLSearchParams(params).toString(), { ...form, ...more })
        const opened = await say('auth/login', { username: pair[0]!, password: pair[1]! }, {})
        const session = { cookie: String(opened.headers['set-cookie']).split(';')[0]! }
        for (const [letter, more] of [
          ['b', session],
          ['c', headers],
        ] as const) {
          const urls = `magnet:?xt=urn:btih:${letter.repeat(40)}`
          await say('torrents/add', { urls, savepath: directory, paused: 'true' }, more)
          expect(added(letter.repeat(40))).toBe(isOwner)
        }
      } finally {
        await app.close()
      }
    },
  )
})
