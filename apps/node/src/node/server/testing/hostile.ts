/** Generates requests for an operation of the OpenAPI document: valid and invalid ones. */
import type { JsonSchema, OpenApiDocument } from '@shoal/api'
import { resolve } from '@shoal/api/testing'
import fc, { type Arbitrary } from 'fast-check'

export interface Described {
  readonly method: string
  readonly path: string
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: JsonSchema }[]
  /** Schema of the JSON body; null if there is none, or if the body is bytes. */
  readonly body: JsonSchema | null
  readonly operationId: string
  readonly described: JsonSchema
}

export interface Request {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body: string | Uint8Array | null
}

export function operationsOf(document: OpenApiDocument): Described[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      described,
      operationId: String(described.operationId),
      parameters: described.parameters as Described['parameters'],
      body: jsonOf(described.requestBody),
    })),
  )
}

/** Returns the schema of a JSON body or answer; null if it is not JSON. */
export function jsonOf(holder: unknown): JsonSchema | null {
  const content = (holder as { content?: Record<string, { schema: JsonSchema }> } | undefined)?.content
  return content?.['application/json']?.schema ?? null
}

const NASTY_TEXTS = [
  '',
  '\0',
  'a\0b',
  '../../etc/passwd',
  '%00',
  '\u{1f600}',
  '\ud800',
  'null',
  '__proto__',
  'x'.repeat(5000),
]
const NASTY_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  2 ** 53,
  [],
  {},
  [[]],
  { __proto__: null },
  [null],
  { toString: 1 },
]
const NASTY_RAW = [
  '%',
  '%zz',
  '%00',
  '%ff',
  '%c0%af',
  '..%2f..%2f',
  '%2e%2e',
  '+',
  '&',
  '=',
  '[]',
  'a'.repeat(6000),
  '%F0%9F%98%80',
]
const NASTY_BODIES = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"a":',
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{}}}',
    '\ufeff{}',
  ],
  ...[
    '['.repeat(100_000),
    '{"a":'.repeat(50_000),
    `{"a":"${'\\u0000'.repeat(10)}"}`,
    '{"a":1e999}',
    '\0',
    '{}{}',
  ],
]
const NASTY_HEADERS = [
  ...[
    'Range: bytes=9999999999999-',
    'Range: bytes=-0',
    'Range: bytes=5-1',
    'Range: bytes=0-0,2-3',
    'Range: x',
  ],
  ...[
    'Content-Type: text/plain',
    'Content-Type: application/json; charset=utf-16',
    'Content-Type: multipart/form-data',
  ],
  ...[
    'Accept: nonsense',
    'If-None-Match: *',
    'If-Range: "x"',
    'Expect: 100-continue',
    'Cookie: shoal_session_8420=x; ;;=;',
  ],
  ...[
    'Upgrade: h2c',
    'Connection: upgrade\r\nUpgrade: websocket',
    'Origin: null',
    'Origin: http://evil.example',
  ],
  ...[
    'Sec-Fetch-Site: cross-site',
    `X-Long: ${'a'.repeat(20_000)}`,
    'Content-Encoding: gzip',
    'X-HTTP-Method-Override: DELETE',
  ],
]

const nastyText = fc.oneof(fc.constantFrom(...NASTY_TEXTS), fc.string({ unit: 'binary', maxLength: 50 }))
const nastyValue: Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom(...NASTY_VALUES),
  fc.jsonValue({ maxDepth: 3 }),
)
const nastyRaw = fc.oneof(
  fc.constantFrom(...NASTY_RAW),
  nastyText.map(text => encodeURIComponent(text.toWellFormed())),
)

/** Generates requests for the operation. `known`: existing values by member name. */
export function requests(
  operation: Described,
  root: JsonSchema,
  known: Readonly<Record<string, string>>,
): Arbitrary<Request> {
  const right = rightRequest(operation, root, known)
  return fc.oneof(
    right,
    right.chain(request =>
      fc
        .constantFrom(...NASTY_HEADERS)
        .map(header => ({ ...request, headers: [...request.headers, header] })),
    ),
    fc
      .tuple(right, fc.string({ unit: 'grapheme-ascii', maxLength: 10 }), nastyRaw)
      .map(([request, name, value]) => {
        const mark = request.target.includes('?') ? '&' : '?'
        return { ...request, target: `${request.target}${mark}${encodeURIComponent(name)}=${value}` }
      }),
    nastyPath(operation, right),
    fc
      .tuple(right, fc.oneof(fc.constantFrom(...NASTY_BODIES), fc.uint8Array({ maxLength: 200 }), fc.json()))
      .map(([request, body]) => withBody(request, body)),
    fc
      .tuple(right, fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'))
      .map(([request, method]) => ({ ...request, method })),
    brokenMember(operation, right),
  )
}

function withBody(request: Request, body: string | Uint8Array | null): Request {
  const headers = request.headers.filter(header => !header.startsWith('Content-Type'))
  return {
    ...request,
    headers: body === null ? headers : [...headers, 'Content-Type: application/json'],
    body,
  }
}

function rightRequest(
  operation: Described,
  root: JsonSchema,
  known: Readonly<Record<string, string>>,
): Arbitrary<Request> {
  const { method, path, parameters, body } = operation
  const members = Object.fromEntries(
    parameters.map(({ name, schema }) => [
      name,
      fc.oneof(fc.constant(known[name] ?? known.id!), valuesOf(schema, root).map(textOfValue)),
    ]),
  )
  const optional = parameters.filter(each => !each.required).map(({ name }) => name)
  const given = fc.record(members, {
    requiredKeys: Object.keys(members).filter(name => !optional.includes(name)),
  })
  return fc.tuple(given, body ? valuesOf(body, root) : fc.constant(null)).map(([values, json]) => {
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(values[name]).toWellFormed()),
    )
    const query = new URLSearchParams(
      Object.entries(values).filter(([name]) => !path.includes(`{${name}}`)) as [string, string][],
    )
    const request = {
      method,
      target: query.size > 0 ? `${target}?${query}` : target,
      headers: [],
      body: null,
    }
    return withBody(request, body ? JSON.stringify(json) : null)
  })
}

function nastyPath({ path }: Described, right: Arbitrary<Request>): Arbitrary<Request> {
  return fc
    .tuple(right, nastyRaw)
    .map(([request, value]) => ({ ...request, target: path.replace(/\{\w+\}/g, () => value) }))
}

/** Replaces one member of the body, or adds an unknown one. */
function brokenMember({ body }: Described, right: Arbitrary<Request>): Arbitrary<Request> {
  if (!body) return right
  return fc.tuple(right, fc.nat(), nastyValue, fc.boolean()).map(([request, pick, value, more]) => {
    const json = JSON.parse(String(request.body)) as Record<string, unknown>
    const names = Object.keys(json)
    const name = more || names.length === 0 ? 'unknownMember' : names[pick % names.length]!
    return withBody(request, JSON.stringify({ ...json, [name]: value }))
  })
}

function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Generates values that the schema allows. */
function valuesOf(schema: JsonSchema, root: JsonSchema): Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') return valuesOf(resolve(schema.$ref, root) as JsonSchema, root)
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined
  if (options) return fc.oneof(...options.map(each => valuesOf(each, root)))
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map(type => valuesOf({ ...schema, type }, root)))
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
  if (schema.type === 'object') return objectOf(schema, root)
  if (schema.type === 'array')
    return fc.array(valuesOf(schema.items as JsonSchema, root), {
      minLength: Number(schema.minItems ?? 0),
      maxLength: 3,
    })
  if (schema.type === 'integer')
    return fc.integer({
      min: Math.max(-1e9, Number(schema.minimum)),
      max: Math.min(1e9, Number(schema.maximum)),
    })
  if (schema.type === 'number')
    return fc.double({
      min: Number(schema.minimum ?? 0),
      max: Math.min(1e9, Number(schema.maximum ?? 1e9)),
      noNaN: true,
    })
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'null') return fc.constant(null)
  return textOf(schema)
}

function textOf({ pattern, format, minLength, maxLength }: JsonSchema): Arbitrary<string> {
  if (format === 'uri') return fc.webUrl()
  if (format === 'base64' || typeof pattern === 'string')
    return fc.oneof(fc.constantFrom('a'.repeat(40), '07:30', '#12ab00', 'QUJD'), fc.string())
  return fc.string({ minLength: Number(minLength ?? 0), maxLength: Math.min(30, Number(maxLength ?? 30)) })
}

function objectOf(schema: JsonSchema, root: JsonSchema): Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
  const members = Object.fromEntries(properties.map(([name, each]) => [name, valuesOf(each, root)]))
  return fc.record(members, { requiredKeys: (schema.required ?? []) as string[] })
}
