import { OPERATIONS, type Operation } from '@shoal/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Access } from '../access/access.ts'
import { hashPassword } from '../access/password.ts'
import { buildServer } from '../server.ts'
import { TOKEN } from '../testing/served.ts'
import { SimulatedRunningNode } from '../testing/simulated-running-node.ts'

let node: SimulatedRunningNode
let app: ReturnType<typeof buildServer>

const serve = async (username: string) => {
  const secret = await hashPassword(username, 'correct horse', { N: 1024 })
  app = buildServer({ node, access: new Access({ token: TOKEN, secret }), port: 0 })
}
beforeEach(async () => {
  node = new SimulatedRunningNode()
  await serve('ann')
})
afterEach(() => app.close())

interface Asking {
  readonly from?: string
  readonly headers?: Record<string, string>
  readonly onComplete?: readonly string[]
}

const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
const token = { authorization: `Bearer ${TOKEN}` }

async function choose({ from = '127.0.0.1', headers = token, onComplete = ['/bin/echo'] }: Asking) {
  const answer = await app.inject({
    method: 'PATCH',
    url: '/api/settings',
    headers: { host: 'localhost', ...headers },
    payload: { automation: { onComplete } },
    remoteAddress: from,
  })
  return { status: answer.statusCode, error: answer.json().error }
}

async function loggedIn(username: string, password: string) {
  const headers = { host: 'localhost' }
  const payload = { username, password }
  const answer = await app.inject({ method: 'POST', url: '/api/access', headers, payload })
  return { cookie: String(answer.headers['set-cookie']).split(';')[0]! }
}

test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
  'who has the token chooses the program from %s, in a session too',
  async from => {
    expect((await choose({ from })).status).toBe(200)
    expect(node.state.settings.automation.onComplete).toEqual(['/bin/echo'])
    const headers = await loggedIn('shoal', TOKEN)
    expect((await choose({ from, headers, onComplete: ['/bin/true'] })).status).toBe(200)
    expect(node.state.settings.automation.onComplete).toEqual(['/bin/true'])
  },
)

test('neither a password nor the token from another machine can set the program', async () => {
  const refused = [
    { headers: basic('ann:correct horse') },
    { headers: await loggedIn('ann', 'correct horse') },
    { from: '192.168.0.2' },
    { from: '192.168.0.2', headers: await loggedIn('shoal', TOKEN) },
  ]
  for (const asking of refused)
    expect(await choose(asking)).toMatchObject({
      status: 403,
      error: { code: 'forbidden', field: 'automation.onComplete', message: expect.stringContaining('--set') },
    })
  expect(node.state.settings.automation.onComplete).toEqual([])
})

test('a user with the name of the token’s user does not count as the token', async () => {
  await app.close()
  await serve('shoal')
  expect((await choose({ headers: await loggedIn('shoal', 'correct horse') })).status).toBe(403)
})

test('a password can change all other settings, also if the unchanged program is sent along', async () => {
  const headers = basic('ann:correct horse')
  expect((await choose({ headers, onComplete: [] })).status).toBe(200)
  const payload = { queue: { maxSeeds: 3 }, limits: { limitLocalPeers: true } }
  const url = '/api/settings'
  const answer = await app.inject({
    method: 'PATCH',
    url,
    headers: { host: 'localhost', ...headers },
    payload,
  })
  expect([answer.statusCode, node.state.settings.queue.maxSeeds]).toEqual([200, 3])
})

test('without a login, all operations are refused but those that are open', async () => {
  const open: string[] = []
  for (const [name, { method, path }] of Object.entries<Operation>(OPERATIONS)) {
    const url = path.replace(/\{\w+\}/g, '1')
    const { statusCode } = await app.inject({ method, url, headers: { host: 'localhost' } })
    if (statusCode !== 401) open.push(name)
  }
  const said = Object.entries<Operation>(OPERATIONS).filter(([, { access }]) => access === 'open')
  expect(open).toEqual(said.map(([name]) => name))
})
