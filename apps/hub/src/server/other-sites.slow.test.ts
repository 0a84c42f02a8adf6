import { connectHub } from '@shoal/hub-api/client'
import { connectDevice } from '@shoal/hub-api/device-client'
import { writeDeviceText } from '@shoal/identity/devices'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joined, openTestHub, type TestHub, TestPerson } from '../testing/test-hub.ts'

const PAGE = 'https://chat.example'
let hub: TestHub
let url: string

beforeEach(async () => {
  hub = await openTestHub({ registration: 'open' })
  url = hub.urls[0]!
})
afterEach(() => hub[Symbol.asyncDispose]())

/** Sends requests like a page at this origin, including headers that a page cannot set itself. */
function pageAt(origin: string, more: Record<string, string> = {}) {
  const answers: Response[] = []
  const asPage: typeof fetch = async (target, { headers, ...init } = {}) => {
    const answer = await fetch(target, {
      ...init,
      headers: { ...(headers as Record<string, string>), origin, 'sec-fetch-site': 'cross-site', ...more },
    })
    answers.push(answer)
    return answer
  }
  return { fetch: asPage, answers }
}

test('a device joins, logs in and asks from a page of another site, which reads every answer', async () => {
  const page = pageAt(PAGE)
  const person = new TestPerson()
  const device = person.device()
  person.sign([device])
  const client = connectDevice({
    ...{ url, person: person.did, device: device.login, fetch: page.fetch },
    ...{ description: writeDeviceText(device.device), lists: () => person.lists },
  })
  await client.join({ name: 'Ann' })
  client.forget()
  expect(await client.api.getAccount({})).toMatchObject({ did: person.did, name: 'Ann' })
  await client.api.logout({})
  expect(page.answers.length).toBeGreaterThan(5)
  for (const { headers } of page.answers) {
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-expose-headers')).toBe('retry-after')
    expect([headers.get('access-control-allow-credentials'), headers.get('set-cookie')]).toEqual([null, null])
  }
})

test('a page of another site cannot use the cookie of its visitor, nor get one', async () => {
  const { client, person, device } = await joined(url)
  const cookie = `shoal_hub_session=${await client.session()}`
  const { fetch: visit, answers } = pageAt(PAGE, { cookie })
  const page = connectHub({ url, fetch: visit })
  for (const name of ['getAccount', 'getLogin', 'logout', 'listSessions'] as const)
    await expect(page[name]({})).rejects.toMatchObject({ code: 'forbidden-origin', status: 403 })
  // The same cookie is accepted from the hub's own page.
  const own = pageAt(url, { cookie, 'sec-fetch-site': 'same-origin' })
  expect(await connectHub({ url, fetch: own.fetch }).getAccount({})).toMatchObject({ did: person.did })
  expect(own.answers[0]!.headers.get('access-control-allow-origin')).toBeNull()
  const inCookie: typeof fetch = (target, init) =>
    visit(target, {
      ...init,
      ...(String(target).endsWith('/login/devices') && {
        body: JSON.stringify({ ...JSON.parse(String(init!.body)), place: 'cookie' }),
      }),
    })
  const login = connectDevice({
    ...{ url, person: person.did, device: device.login, fetch: inCookie },
    ...{ description: writeDeviceText(device.device), lists: () => person.lists },
  })
  await expect(login.session()).rejects.toMatchObject({ code: 'forbidden-origin' })
  expect(answers.every(({ headers }) => headers.get('set-cookie') === null)).toBe(true)
})

test('says which requests pages of other sites may send', async () => {
  const ask = { origin: PAGE, 'access-control-request-method': 'POST' }
  const answer = await fetch(`${url}/api/key-packages`, { method: 'OPTIONS', headers: ask })
  expect([answer.status, await answer.text()]).toEqual([204, ''])
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-allow-methods': expect.stringContaining('POST'),
  })
})

test('what is not an operation stays closed to pages of other sites', async () => {
  for (const path of ['/metrics', '/health', '/stats.json', '/atom']) {
    const { headers } = await fetch(url + path, { headers: { origin: PAGE } })
    expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null])
  }
})
