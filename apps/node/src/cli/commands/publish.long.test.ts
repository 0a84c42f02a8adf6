import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KeyPair } from '@shoal/identity'
import { saveKeyFile } from '@shoal/identity/node'
import { publishedLink, signVersion } from '@shoal/links'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workplace } from '../../testing/shoal-process.ts'

const KEY = ['--key-file', 'key.age', '--passphrase-file', 'passphrase']
const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)] as const
const owner = KeyPair.generate()

let place: Workplace
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  await place.node()
  await writeFile(join(place.path, 'passphrase'), 'a passphrase\n')
  await saveKeyFile(join(place.path, 'key.age'), owner, 'a passphrase', { workFactor: 10 })
})
afterAll(() => place[Symbol.asyncDispose]())

test('publishes the next version of a link with a key that the node never has', async () => {
  expect((await place.run('add', '--paused', FIRST, SECOND)).code).toBe(0)
  // The node of this test has no DHT, so the number of a link's first version is unknown.
  expect((await place.json('publish', 'films', FIRST, ...KEY)).object).toMatchObject({
    error: { code: 'no-answer', message: expect.stringContaining('The DHT is off') },
  })
  const [link, signature] = [publishedLink(owner, 'films'), signVersion(owner, 'films', FIRST, 6n)]
  const six = { name: 'films', link, infoHash: FIRST, version: '6', signature }
  expect((await place.run('api', 'publish', JSON.stringify(six))).code).toBe(0)
  const { object } = await place.json('publish', 'films', SECOND, ...KEY)
  expect(object).toMatchObject({
    link,
    version: '7',
    infoHash: SECOND,
    error: expect.stringContaining('DHT'),
  })
  expect((await place.json('publish')).object.items).toMatchObject([{ name: 'films', version: '7' }])
  expect((await place.json('publish', 'films', '--remove')).object).toMatchObject({ removed: [object.id] })
  expect((await place.json('publish')).object.items).toEqual([])
})

test('follows a link, even if it cannot be read yet, and says how to stop', async () => {
  const link = `magnet:?xs=urn:btpk:${'8'.repeat(64)}`
  const followed = await place.run('follow', link, '--name', 'maps', '--latest')
  expect(followed.code).toBe(1)
  expect(followed.stderr).toMatch(/could not be read: .*DHT.* follow maps --remove/)
  expect((await place.json('follow')).object.items).toMatchObject([{ name: 'maps', link, keep: 'latest' }])
  expect((await place.run('follow', 'maps', '--remove')).code).toBe(0)
  const added = await place.run('add', link)
  expect([added.code, added.stderr]).toEqual([2, expect.stringContaining('follow LINK')])
})
