/**
 * Validates JSON values against the subset of JSON Schema 2020-12 that the OpenAPI document uses.
 */

type Schema = { readonly [keyword: string]: unknown }

/** Keywords that do not affect validation. */
const NOTES = [
  ...['title', 'description', 'default', 'format', 'contentEncoding', 'writeOnly', '$ref'],
  ...['x-shoal-path', 'x-shoal-secret', 'x-shoal-untrusted', 'x-shoal-local-only'],
]
const CHECKS: Readonly<Record<string, (wanted: never, value: unknown) => boolean>> = {
  type: (types: string | string[], value) => [types].flat().some(type => typeOf(value, type)),
  const: (wanted: unknown, value) => value === wanted,
  enum: (values: unknown[], value) => values.includes(value),
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  exclusiveMinimum: (bound: number, value) => typeof value !== 'number' || value > bound,
  minLength: (least: number, value) => typeof value !== 'string' || [...value].length >= least,
  maxLength: (most: number, value) => typeof value !== 'string' || [...value].length <= most,
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern).test(value),
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value) => !Array.isArray(value) || value.length <= most,
  required: (names: string[], value) => !isObject(value) || names.every(name => Object.hasOwn(value, name)),
}
/** Keywords that contain other schemas. */
const NESTED = [
  'properties',
  'additionalProperties',
  'propertyNames',
  'items',
  'prefixItems',
  'anyOf',
  'oneOf',
  'allOf',
]

/**
 * Returns the paths of violations with their keywords; empty if the value is valid. `$ref`s point
 * into `root`. Throws for unknown keywords.
 */
export function violations(schema: Schema, value: unknown, root: Schema, at = ''): string[] {
  checkKeywords(schema)
  if (typeof schema.$ref === 'string') return violations(resolve(schema.$ref, root), value, root, at)
  const own = Object.entries(schema)
    .filter(([keyword, wanted]) => CHECKS[keyword] && !CHECKS[keyword](wanted as never, value))
    .map(([keyword]) => `${at}: ${keyword}`)
  return [...own, ...branches(schema, value, root, at), ...parts(schema, value, root, at)]
}

/** Throws for an unknown keyword, which would otherwise accept any value. */
export function checkKeywords(schema: Schema): void {
  for (const keyword of Object.keys(schema))
    if (!CHECKS[keyword] && !NESTED.includes(keyword) && !NOTES.includes(keyword))
      throw new Error(`unknown keyword ${keyword}`)
}

/** Returns the schema referenced by a `$ref`. Throws if it does not exist. */
export function resolve(ref: string, root: Schema): Schema {
  const found = ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, name) => (value as Schema | undefined)?.[name], root)
  if (!found) throw new Error(`${ref} does not resolve`)
  return found as Schema
}

function branches(schema: Schema, value: unknown, root: Schema, at: string): string[] {
  const fits = (option: Schema) => violations(option, value, root, at).length === 0
  const any = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  const all = (schema.allOf ?? []) as Schema[]
  return [...(any && !any.some(fits) ? [`${at}: anyOf`] : []), ...(all.every(fits) ? [] : [`${at}: allOf`])]
}

function parts(schema: Schema, value: unknown, root: Schema, at: string): string[] {
  if (Array.isArray(value)) {
    const tuple = (schema.prefixItems ?? []) as Schema[]
    return value.flatMap((item, index) => {
      const each = tuple[index] ?? (schema.items as Schema | undefined)
      return each ? violations(each, item, root, `${at}.${index}`) : []
    })
  }
  if (!isObject(value)) return []
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  return Object.entries(value).flatMap(([name, member]) => {
    const each = properties[name] ?? schema.additionalProperties
    if (each === false) return [`${at}.${name}: additionalProperties`]
    return isObject(each) ? violations(each as Schema, member, root, `${at}.${name}`) : []
  })
}

function typeOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
