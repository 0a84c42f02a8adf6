/**
 * Sends hostile requests to every operation in the OpenAPI document, independently of the node
 * behind the server.
 */
import { openApiDocument } from '@shoal/api'
import { violations } from '@shoal/api/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exchange, type RawAnswer } from './exchange.ts'
import { type Described, jsonOf, operationsOf, type Request, requests } from './hostile.ts'
import { TOKEN } from './served.ts'

const RUNS = Number(process.env.SHOAL_FUZZ_RUNS ?? 20)
const document = openApiDocument({ version: '1' })
const root = document as never

export interface FuzzTarget {
  readonly port: number
  /** An existing torrent, with a file `film.mp4`. */
  readonly torrent: string
  /** Called before each request: restores what earlier requests removed. */
  refill(): Promise<unknown>
}

/** Adds one test for each operation except those in `left`. */
export function testHostileRequests(target: () => FuzzTarget, left: readonly string[] = []): void {
  for (const operation of operationsOf(document).filter(({ operationId }) => !left.includes(operationId)))
    test(`${operation.method} ${operation.path}`, async () => {
      const id = /uploads|jobs|feeds|publications|followed/.test(operation.path) ? '1' : target().torrent
      const known = { id, path: 'film.mp4', name: 'films', index: '0' }
      await fc.assert(
        fc.asyncProperty(requests(operation, root, known), async request => {
          await target().refill()
          expectProper(await ask(target(), request), request, operation)
        }),
        { numRuns: RUNS },
      )
      expect(
        (await ask(target(), { method: 'GET', target: '/api/node', headers: [], body: null })).status,
      ).toBe(200)
    })
}

function ask({ port }: FuzzTarget, request: Request): Promise<RawAnswer> {
  return exchange(port, bytesOf(request))
}

function bytesOf({ method, target, headers, body }: Request): Uint8Array {
  const bytes = body === null ? Buffer.alloc(0) : Buffer.from(body as string)
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: localhost`,
    `Authorization: Bearer ${TOKEN}`,
    ...headers,
    ...(body === null ? [] : [`Content-Length: ${bytes.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes])
}

function expectProper(answer: RawAnswer, request: Request, { described, method }: Described): void {
  const { status, headers, body } = answer
  // Some parts, such as the network, are off in the test.
  if (status === 501) expect(body).toContain('"code":"unsupported"')
  else expect(status).toBeLessThan(500)
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
  // These requests are valid.
  if (![401, 429, 501].includes(status)) expect(error.field).toEqual(expect.any(String))
}
