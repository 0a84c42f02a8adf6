import { openApiDocument } from '@shoal/api'
import { violations } from '@shoal/api/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Access } from './access/access.ts'
import { createServer, type Server } from './server.ts'
import { exchange, type RawAnswer } from './testing/exchange.ts'
import { type Described, jsonOf, operationsOf, type Request, requests } from './testing/hostile.ts'
import { ModelNode } from './testing/model-node.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
const HASH = '0123456789abcdef0123456789abcdef01234567'
const RUNS = Number(process.env.SHOAL_FUZZ_RUNS ?? 40)
const document = openApiDocument({ version: '1' })
const root = document as never
let node: ModelNode
let server: Server

beforeAll(async () => {
  node = new ModelNode()
  server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
})
afterAll(() => server.close())

function refill(): void {
  node.share(HASH, 'A film', { 'film.mp4': new Uint8Array(1000), 'notes/read me.txt': new Uint8Array(0) })
  node.uploads.set('1', { id: '1', name: 'mine', files: [], startedMs: 0 })
  node.labels.set('films', { name: 'films', directory: null, colour: null })
}

describe('whatever a request says, the answer is right or names what was wrong', () => {
  for (const operation of operationsOf(document))
    test(`${operation.method} ${operation.path}`, async () => {
      const known = {
        id: /uploads|jobs|feeds/.test(operation.path) ? '1' : HASH,
        path: 'film.mp4',
        name: 'films',
        index: '0',
      }
      await fc.assert(
        fc.asyncProperty(requests(operation, root, known), async request => {
          refill()
          expectProper(await exchange(server.port, bytesOf(request)), request, operation)
        }),
        { numRuns: RUNS },
      )
      expect(
        (
          await exchange(
            server.port,
            bytesOf({ method: 'GET', target: '/api/node', headers: [], body: null }),
          )
        ).status,
      ).toBe(200)
    })
})

function bytesOf({ method, target, headers, body }: Request): Uint8Array {
  const bytes = body === null ? Buffer.alloc(0) : Buffer.from(body as string)
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${server.port}`,
    `Authorization: Bearer ${TOKEN}`,
    ...headers,
    ...(body === null ? [] : [`Content-Length: ${bytes.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes])
}

function expectProper(answer: RawAnswer, request: Request, { described, method }: Described): void {
  const { status, headers, body } = answer
  expect(status).toBeLessThan(500)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  if (status >= 400 && request.method !== 'HEAD') return expectProblem(answer)
  expect([101, 200, 206, 304]).toContain(status)
  const schema = jsonOf((described.responses as Record<string, unknown>)['200'])
  if (schema && status === 200 && request.method === method)
    expect(violations(schema, JSON.parse(Buffer.from(body, 'latin1').toString()), root)).toEqual([])
}

function expectProblem({ status, headers, body }: RawAnswer): void {
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  const { error } = JSON.parse(Buffer.from(body, 'latin1').toString())
  expect(error).toMatchObject({
    code: expect.stringMatching(/^[a-z-]+$/),
    message: expect.stringMatching(/./),
  })
  expect(error.code).not.toBe('internal')
  if (status !== 401) expect(error.field).toEqual(expect.any(String))
}
