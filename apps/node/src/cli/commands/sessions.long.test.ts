import { connectNode } from '@shoal/api/client'
import { TestPasskey } from '@shoal/daemon/testing/authenticator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workplace } from '../../testing/shoal-process.ts'

let place: Workplace
let node: { url: string; token: string }
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  node = await place.node()
})
afterAll(() => place[Symbol.asyncDispose]())

/** Logs in like a browser. Returns its cookie. */
async function logIn(browser: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'user-agent': browser }
  const body = JSON.stringify({ username: 'shoal', password: node.token })
  const answer = await fetch(`${node.url}/api/access`, { method: 'POST', headers, body })
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

const status = async (cookie: string) => (await fetch(`${node.url}/api/node`, { headers: { cookie } })).status

test('lists browsers and logs them out, one or all', async () => {
  expect((await place.run('sessions')).stdout).toContain('Nobody is logged in')
  const [one, other] = [await logIn('curl/8'), await logIn('Mozilla/5.0 (X11; Linux) Firefox/140.0')]
  expect((await place.run('sessions')).stdout).toMatch(/Firefox, Linux +127\.0\.0\.1/)
  const { object } = await place.json('sessions')
  expect(object.items).toHaveLength(2)
  expect(object.items).toContainEqual(
    expect.objectContaining({ username: 'shoal', browser: 'curl', address: '127.0.0.1', current: false }),
  )
  const { id } = object.items.find(({ browser }: { browser: string }) => browser === 'curl')
  expect((await place.json('sessions', '--end', String(id))).object.items).toMatchObject([
    { browser: 'Firefox, Linux' },
  ])
  expect([await status(one), await status(other)]).toEqual([401, 200])
  const again = await place.json('sessions', '--end', String(id))
  expect([again.code, again.object]).toMatchObject([1, { error: { code: 'not-found' } }])
  expect((await place.json('sessions', '--end-all')).object.items).toEqual([])
  expect(await status(other)).toBe(401)
})

test('passkeys are listed and removed', async () => {
  expect((await place.run('passkeys')).stdout).toContain('There are no passkeys')
  const origin = node.url.replace('127.0.0.1', 'localhost')
  const headers = { authorization: `Bearer ${node.token}`, origin }
  const page = connectNode({
    url: origin,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...headers } }),
  })
  const passkey = new TestPasskey(origin).create(await page.requestNewPasskey({}))
  await page.addPasskey({ name: 'Phone', passkey })
  expect((await place.run('passkeys')).stdout).toMatch(/Phone +shoal/)
  expect((await place.json('passkeys')).object.items).toMatchObject([{ id: passkey.id, username: 'shoal' }])
  expect((await place.json('passkeys', '--remove', passkey.id)).object.items).toEqual([])
  const again = await place.json('passkeys', '--remove', passkey.id)
  expect([again.code, again.object]).toMatchObject([1, { error: { code: 'not-found' } }])
})

test('refuses an invalid ID, and --end with --end-all', async () => {
  for (const words of [
    ['--end', 'x'],
    ['--end', '0'],
    ['--end', '1', '--end-all'],
  ])
    expect([words, (await place.run('sessions', ...words)).code]).toEqual([words, 2])
  expect((await place.run('passkeys', '--remove', 'no id')).code).toBe(2)
})
