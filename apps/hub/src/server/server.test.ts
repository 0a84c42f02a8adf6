import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contract } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { assemble } from '@shoal/daemon/capability'
import { type HubAccess, hubOperation } from '@shoal/hub-api'
import { type Role, StoreError } from '@shoal/hub-stores'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { health } from '../health/capability.ts'
import { capability, type HubParts } from '../kernel/capability.ts'
import { type OpenKernel, openKernel } from '../kernel/kernel.ts'
import { NO_LOG } from '../kernel/log.ts'
import { KERNEL_TABLES } from '../kernel/people.ts'
import { buildServer } from './server.ts'

let data: string
let opened: OpenKernel
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
  const place = { carrier: null, sharesPorts: false, isFirst: true }
  opened = await openKernel({ data, port: 0 }, NO_LOG, async () => place, KERNEL_TABLES)
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await opened.close()
  await rm(data, { recursive: true })
})

const named = <const Access extends HubAccess>(access: Access) =>
  hubOperation({
    method: 'POST',
    path: `/api/${access}`,
    effect: 'write',
    access,
    area: 'test',
    summary: 'Say who calls',
    input: z.object({ text: z.string() }),
    output: z.object({ caller: z.string().nullable() }),
    errors: { ...withStatus(409, 'full'), ...withStatus(410, 'moved') },
  })
const TEST = contract({
  name: 'test',
  operations: {
    forEveryone: named('open'),
    forMembers: named('member'),
    forModerators: named('moderator'),
    forAdmins: named('admin'),
  },
})

/**
 * Serves the operations of TEST. If `text` is an error code of the stores, an operation fails with
 * it.
 */
async function serve(routes?: NonNullable<HubParts['routes']>) {
  const answer = async ({ text }: { text: string }, { caller }: { caller: { did: string } | null }) => {
    if (text !== '') throw new StoreError(text as 'full', 'because', { field: 'text' })
    return { caller: caller?.did ?? null }
  }
  const test = capability({
    contract: TEST,
    start: () => ({
      operations: { forEveryone: answer, forMembers: answer, forModerators: answer, forAdmins: answer },
      ...(routes && { routes }),
      close() {},
    }),
  })
  const table = TEST.operations
  const assembled = await assemble([test, health], opened.kernel, { operations: Object.keys(table) })
  const server = await buildServer(opened.kernel, assembled, table)
  closing.push(server.close, () => assembled.close())
  return { server, port: (await server.listen()).port }
}

async function login(role: Role): Promise<string> {
  const did = `did:key:${role}`
  await opened.kernel.people.accounts.create({ did, role })
  return (await opened.kernel.people.sessions.begin(did, { label: '', lifeMs: 60_000 })).secret
}

async function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  body: object = { text: '' },
) {
  const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, answer: await response.json() }
}

describe('the server of a hub', () => {
  it('serves each account what its role may use, by cookie or token', async () => {
    const { port } = await serve()
    const audiences = ['open', 'member', 'moderator', 'admin']
    const statuses = async (headers: Record<string, string>) => {
      const found: number[] = []
      for (const audience of audiences) found.push((await ask(port, audience, headers)).status)
      return found
    }
    expect(await statuses({})).toEqual([200, 401, 401, 401])
    expect(await statuses({ authorization: 'Bearer nobody' })).toEqual([200, 401, 401, 401])
    const bearer = async (role: Role) => ({ authorization: `Bearer ${await login(role)}` })
    expect(await statuses(await bearer('member'))).toEqual([200, 200, 403, 403])
    const moderator = await bearer('moderator')
    expect(await statuses(moderator)).toEqual([200, 200, 200, 403])
    const admin = await bearer('admin')
    const cookie = { cookie: `a=b; shoal_hub_session=${admin.authorization.slice(7)}` }
    expect(await statuses(cookie)).toEqual([200, 200, 200, 200])
    expect((await ask(port, 'open', cookie)).answer).toEqual({ caller: 'did:key:admin' })
    // A session is valid as long as its account is active.
    await opened.kernel.people.accounts.change('did:key:moderator', { state: 'banned' })
    expect(await statuses(moderator)).toEqual([200, 401, 401, 401])
    const refused = await ask(port, 'member')
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="Shoal hub"')
    expect(refused.answer.error).toMatchObject({ code: 'unauthorized', field: 'authorization' })
  })

  it('checks who asks before it reads the input', async () => {
    const { port } = await serve()
    expect((await ask(port, 'admin', {}, { other: 1 })).status).toBe(401)
    expect((await ask(port, 'open', {}, { other: 1 })).status).toBe(400)
  })

  it('refuses changes that a page of another site asks for', async () => {
    const { port } = await serve()
    expect((await ask(port, 'open', { origin: 'https://example.com' })).status).toBe(403)
  })

  it.each([
    ['bad-argument', 'bad-request', 400],
    ['refused', 'forbidden', 403],
    ['not-found', 'not-found', 404],
    ['full', 'full', 409],
    ['moved', 'moved', 410],
    ['busy', 'busy', 503],
    ['closed', 'unavailable', 503],
    ['unavailable', 'unavailable', 503],
  ])('answers %s of the stores as %s', async (text, code, status) => {
    const { port } = await serve()
    const refused = await ask(port, 'open', {}, { text })
    expect(refused.status).toBe(status)
    expect(refused.answer.error).toEqual({ code, message: 'because', field: 'text' })
  })

  it('is ready while the database answers', async () => {
    const { port } = await serve()
    const ready = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/ready`)
      return [response.status, await response.text()]
    }
    expect(await ready()).toEqual([200, 'ready\n'])
    await opened.kernel.database.close()
    expect(await ready()).toEqual([503, 'the database does not answer\n'])
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
  })

  it('finishes open answers when it drains, and ends connections after them', async () => {
    const held = Promise.withResolvers<string>()
    const begun = Promise.withResolvers<void>()
    const { server, port } = await serve(scope => {
      scope.get('/slow', async () => {
        begun.resolve()
        return held.promise
      })
    })
    const agent = new Agent({ keepAlive: true })
    closing.push(async () => agent.destroy())
    const request = get({ port, path: '/slow', agent })
    const answer = once(request, 'response') as Promise<[IncomingMessage]>
    await begun.promise
    let isDrained = false
    const drained = server.drain(20_000).then(() => {
      isDrained = true
    })
    const ready = await fetch(`http://127.0.0.1:${port}/ready`)
    expect([ready.status, await ready.text()]).toEqual([503, 'stopping\n'])
    expect(ready.headers.get('connection')).toBe('close')
    expect(isDrained).toBe(false)
    held.resolve('finished')
    const [response] = await answer
    expect(response.headers.connection).toBe('close')
    expect((await response.toArray()).join('')).toBe('finished')
    await drained
  })

  it('describes what it answers', async () => {
    const { port } = await serve()
    const described = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json()
    expect(described).toMatchObject({ openapi: '3.1.0', info: { title: 'Shoal hub' } })
  })
})
