import { expect, test } from 'vitest'
import { BYTE_ROUTES } from './bytes.ts'
import { openApiDocument } from './node-openapi.ts'
import type { JsonSchema } from './openapi.ts'
import { OPERATIONS } from './operations.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { checkKeywords, resolve, violations } from './testing/json-schema.ts'

const document = openApiDocument({ version: '1.2.3' })
const root = document as unknown as JsonSchema

test('every operation and byte route is described once, at its path', () => {
  const described = Object.values(document.paths).flatMap(path =>
    Object.values(path).map(each => each.operationId),
  )
  expect([...described].sort()).toEqual([...Object.keys(OPERATIONS), ...Object.keys(BYTE_ROUTES)].sort())
  for (const [name, { path, method }] of Object.entries({ ...OPERATIONS, ...BYTE_ROUTES }))
    expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(name)
})

test('every path parameter is described, and every member travels in one place', () => {
  for (const [name, { path, method, input }] of Object.entries(OPERATIONS)) {
    const described = document.paths[path]![method.toLowerCase()]!
    const parameters = described.parameters as { name: string; in: string; required: boolean }[]
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, member]) => member)
    expect(
      parameters
        .filter(each => each.in === 'path')
        .map(each => each.name)
        .sort(),
      name,
    ).toEqual(inPath.sort())
    expect(parameters.every(each => each.in === 'query' || each.required)).toBe(true)
    const inBody = Object.keys(bodyOf(described)?.properties ?? {})
    expect([...parameters.map(each => each.name), ...inBody].sort(), name).toEqual(
      Object.keys(input.shape).sort(),
    )
  }
})

test('every schema has known keywords only, and every reference resolves', () => {
  let schemas = 0
  for (const schema of schemasIn(root)) {
    schemas++
    checkKeywords(schema)
    if (typeof schema.$ref === 'string') expect(resolve(schema.$ref, root)).toBeTypeOf('object')
  }
  expect(schemas).toBeGreaterThan(500)
})

test('the schemas accept valid values and reject others', () => {
  const settings = document.components.schemas.Settings!
  const downloads = { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' }
  expect(violations(settings, { ...DEFAULT_SETTINGS, downloads }, root)).toEqual([])
  expect(
    violations(settings, { ...DEFAULT_SETTINGS, downloads: { ...downloads, startPaused: 1 } }, root),
  ).toEqual(['.downloads.startPaused: type'])
  const act = document.components.schemas.ActOnTorrents!
  expect(violations(act, { ids: ['a'.repeat(40)], action: 'pause' }, root)).toEqual([])
  expect(violations(act, { ids: ['a'.repeat(39)], action: 'pause', more: 1 }, root)).toEqual([
    '.ids: anyOf',
    '.more: additionalProperties',
  ])
})

test('settings have titles and descriptions', () => {
  const change = document.components.schemas.SettingsChange as {
    properties: { network: { properties: JsonSchema } }
  }
  expect(change.properties.network.properties.dht).toMatchObject({
    title: 'DHT',
    description: 'Finds peers without trackers. Never used for private torrents.',
  })
})

test('operations that the node does not answer are left out', () => {
  const { paths } = openApiDocument({ version: '1.2.3', answers: name => name !== 'search' })
  expect(paths['/api/search']).toBeUndefined()
  expect(Object.keys(paths)).toHaveLength(Object.keys(document.paths).length - 1)
})

test('the document is the same each time', () => {
  expect(JSON.stringify(openApiDocument({ version: '1.2.3' }))).toBe(JSON.stringify(document))
})

function bodyOf({ requestBody }: JsonSchema): JsonSchema | undefined {
  const body = requestBody as { content: Record<string, { schema: JsonSchema }> } | undefined
  const schema = body?.content['application/json']?.schema
  return typeof schema?.$ref === 'string' ? (resolve(schema.$ref, root) as JsonSchema) : schema
}

/** Yields all schemas of the document, at any depth. */
function* schemasIn(value: unknown, isSchema = false): Generator<JsonSchema> {
  if (typeof value !== 'object' || value === null) return
  if (isSchema && !Array.isArray(value)) yield value as JsonSchema
  for (const [name, member] of Object.entries(value)) {
    const holdsSchemas = ['schemas', 'properties', 'anyOf', 'oneOf', 'allOf', 'prefixItems'].includes(name)
    const isOne = ['schema', 'items', 'additionalProperties', 'propertyNames'].includes(name)
    if (holdsSchemas) for (const each of Object.values(member as object)) yield* schemasIn(each, true)
    else if (!isSchema || isOne) yield* schemasIn(member, isOne)
  }
}
