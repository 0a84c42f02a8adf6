/** Describes an API as an OpenAPI 3.1 document, generated from its operations and byte routes. */
import { z } from 'zod'
import type { Effect, Operation, OperationTable } from './contract.ts'
import { type ErrorTable, USUAL_ERRORS } from './errors.ts'
import { Problem } from './schemas/common.ts'
import { ANSWERS, GIVEN, HOST_PATHS, LOCAL_ONLY, SECRETS, UNTRUSTED } from './schemas/names.ts'

export type JsonSchema = { [keyword: string]: unknown }

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: JsonSchema
  readonly tags: readonly JsonSchema[]
  readonly security: readonly JsonSchema[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>
  }
}

export interface DescribedApi {
  readonly title: string
  readonly version: string
  readonly description: string
  readonly operations: OperationTable
  readonly bytes?: Readonly<Record<string, DescribedBytes>>
  /** Alternative authentication methods. */
  readonly security: Readonly<Record<string, JsonSchema>>
  /** Advice for requests without valid authentication. */
  readonly unauthorized: string
}

/** A route for bytes instead of JSON. */
export interface DescribedBytes {
  readonly method: Operation['method']
  readonly path: string
  readonly area: string
  readonly summary: string
  readonly effect: Effect
  readonly errors?: ErrorTable
  readonly input: z.ZodObject
  readonly requestType?: string
  readonly responseType?: string
  /** The JSON that it returns, if it does not return bytes. */
  readonly output?: z.ZodType
  /** The schema of its bytes. Default: any. */
  readonly schema?: z.ZodType | JsonSchema
  readonly ranges?: boolean
}

/** Returns the document. It is always the same for the same API. */
export function describeApi(api: DescribedApi): OpenApiDocument {
  const { title, version, description, operations, bytes = {}, security, unauthorized } = api
  const schemas: Record<string, JsonSchema> = {}
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const [name, operation] of Object.entries(operations))
    add(paths, operation, describeOperation(name, operation, schemas))
  for (const [name, route] of Object.entries(bytes)) add(paths, route, describeBytes(name, route, schemas))
  const problem = jsonSchema(Problem, 'output', schemas)
  const areas = new Set([...Object.values(operations), ...Object.values(bytes)].map(({ area }) => area))
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    tags: [...areas].map(name => ({ name })),
    security: Object.keys(security).map(name => ({ [name]: [] })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: { Unauthorized: { description: unauthorized, ...json(problem) } },
      securitySchemes: security,
    },
  }
}

function add(
  paths: Record<string, Record<string, JsonSchema>>,
  { path, method }: Pick<Operation, 'path' | 'method'>,
  described: JsonSchema,
): void {
  paths[path] = { ...paths[path], [method.toLowerCase()]: described }
}

function describeOperation(
  name: string,
  operation: Operation,
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const { area, summary, effect, access, input, output, errors = {}, method, path } = operation
  const isOpen = access === 'open'
  const inQuery = method === 'GET' || method === 'DELETE'
  const body = inQuery ? null : bodySchema(operation)
  return {
    operationId: name,
    summary,
    tags: [area],
    'x-shoal-effect': effect,
    'x-shoal-access': access ?? 'guest',
    ...(isOpen ? { security: [] } : {}),
    parameters: describeParameters(path, input, inQuery, schemas),
    ...(body ? { requestBody: { required: true, ...json(jsonSchema(body, 'input', schemas)) } } : {}),
    responses: {
      200: { description: summary, ...json(jsonSchema(output, 'output', schemas)) },
      ...refusals(errors, isOpen, schemas),
    },
  }
}

function describeBytes(name: string, route: DescribedBytes, schemas: Record<string, JsonSchema>): JsonSchema {
  const { area, summary, effect, input, path, requestType, responseType, output, ranges, errors = {} } = route
  const parameters = describeParameters(path, input, true, schemas)
  const range = { name: 'Range', in: 'header', required: false, schema: { type: 'string' } }
  const bytes = (type: string) => ({ content: { [type]: { schema: bytesSchema(route, schemas) } } })
  const answer = output ? json(jsonSchema(output, 'output', schemas)) : bytes(responseType!)
  return {
    operationId: name,
    summary,
    tags: [area],
    'x-shoal-effect': effect,
    parameters: ranges ? [...parameters, range] : parameters,
    ...(requestType ? { requestBody: { required: true, ...bytes(requestType) } } : {}),
    responses: {
      200: { description: summary, ...answer },
      ...(ranges ? { 206: { description: 'The range', ...answer } } : {}),
      ...refusals(errors, false, schemas),
    },
  }
}

function bytesSchema({ schema }: DescribedBytes, schemas: Record<string, JsonSchema>): JsonSchema {
  if (schema instanceof z.ZodType) return jsonSchema(schema, 'output', schemas)
  return schema ?? { type: 'string', format: 'binary' }
}

/** Returns the schema of the members in the body. */
function bodySchema({ path, input }: Operation): z.ZodObject {
  const inPath = pathMembers(path)
  if (inPath.length === 0) return input
  return z.object(Object.fromEntries(Object.entries(input.shape).filter(([name]) => !inPath.includes(name))))
}

function describeParameters(
  path: string,
  input: z.ZodObject,
  inQuery: boolean,
  schemas: Record<string, JsonSchema>,
): JsonSchema[] {
  const inPath = pathMembers(path)
  const travelling = Object.entries(input.shape).filter(([name]) => inQuery || inPath.includes(name))
  const required = (jsonSchema(input, 'input', {}).required ?? []) as string[]
  return travelling.map(([name, schema]) => ({
    name,
    in: inPath.includes(name) ? 'path' : 'query',
    required: inPath.includes(name) || required.includes(name),
    schema: jsonSchema(schema as z.ZodType, 'input', schemas),
  }))
}

function pathMembers(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
}

/** Returns the error responses by status. `open`: whether the operation needs no login. */
function refusals(errors: ErrorTable, open: boolean, schemas: Record<string, JsonSchema>): JsonSchema {
  const problem = json(jsonSchema(Problem, 'output', schemas))
  const own = Map.groupBy(Object.entries(errors), ([, { status }]) => status)
  const listed = [...own].map(([status, answers]) => {
    const codes = answers.map(([code, { field }]) => (field === undefined ? code : `${code} (${field})`))
    const all = status === 401 && !open ? ['unauthorized', ...codes] : codes
    return [status, { description: `Refused. Codes: ${all.join(', ')}`, ...problem }] as const
  })
  return {
    ...(open ? {} : { 401: { $ref: '#/components/responses/Unauthorized' } }),
    ...Object.fromEntries(listed),
    default: {
      description: `Refused. Codes of any operation: ${[...Object.keys(USUAL_ERRORS), 'internal'].join(', ')}`,
      ...problem,
    },
  }
}

function json(schema: JsonSchema): { content: JsonSchema } {
  return { content: { 'application/json': { schema } } }
}

/**
 * Converts a schema to JSON Schema 2020-12. Named schemas within it are added to `schemas` and
 * referenced.
 */
function jsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, {
    io,
    metadata: io === 'input' ? GIVEN : ANSWERS,
    unrepresentable: 'any',
    override: context => describe(context.zodSchema, context.jsonSchema as JsonSchema, io),
  }) as JsonSchema
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
    const { id: _, ...named } = definition
    schemas[name] = moved(named) as JsonSchema
  }
  return moved(rest) as JsonSchema
}

/** Adds what zod omits. */
function describe(schema: z.core.$ZodType, target: JsonSchema, io: 'input' | 'output'): void {
  const meta = z.globalRegistry.get(schema)
  if (meta?.title) target.title = meta.title
  if (meta?.description) target.description = meta.description
  const path = HOST_PATHS.get(schema)
  if (path) target['x-shoal-path'] = path.isLink ? 'link' : path.isWhole ? 'folder' : 'file'
  const secret = SECRETS.get(schema)
  if (secret) target['x-shoal-secret'] = secret.isWhole ? 'whole' : 'part'
  if (secret?.isWhole) target.format = 'password'
  if (secret?.isWhole && io === 'input') target.writeOnly = true
  if (UNTRUSTED.get(schema)) target['x-shoal-untrusted'] = true
  const local = LOCAL_ONLY.get(schema)
  if (local) target['x-shoal-local-only'] = local.why
  // Requests with unknown members are rejected. Responses can get more members in later versions.
  if (target.type === 'object' && target.properties) {
    if (io === 'input') target.additionalProperties = false
    else delete target.additionalProperties
  }
  // A transformed string is still a string.
  if (io === 'output' && endsInTransform(schema)) target.type = 'string'
}

function endsInTransform({ _zod: { def } }: z.core.$ZodType): boolean {
  return def.type === 'pipe' && (def as z.core.$ZodPipeDef).out._zod.def.type === 'transform'
}

function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]) =>
    name === '$ref' && typeof member === 'string'
      ? [name, member.replace('#/$defs/', '#/components/schemas/')]
      : [name, moved(member)],
  )
  return Object.fromEntries(entries)
}
