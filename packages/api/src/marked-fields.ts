/**
 * Finds fields of inputs and outputs that are marked in a registry: paths of the machine, and
 * values reserved for the owner.
 */
import type { z } from 'zod'
import { HOST_PATHS, SECRETS, UNTRUSTED } from './schemas/names.ts'

/** A zod registry in which schemas are marked. */
export interface Marks<Mark> {
  get(schema: z.ZodType): Mark | undefined
}

/** A marked field. */
export interface MarkedField<Mark> {
  /** The member: `filters.0.directory`. */
  readonly field: string
  readonly value: unknown
  readonly mark: Mark
}

/** A path on the node's machine in an input. */
export interface FoundPath {
  readonly field: string
  readonly path: string
  /** See `HOST_PATHS`. */
  readonly isWhole: boolean
  readonly isLink: boolean
}

/** The parts of a schema that contain others. */
interface Parts {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly innerType?: z.ZodType
  readonly valueType?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly items?: readonly z.ZodType[]
  readonly left?: z.ZodType
  readonly right?: z.ZodType
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly values?: readonly unknown[]
}

const partsOf = (schema: z.ZodType) => schema._zod.def as unknown as Parts

/** Returns the schema of a lazy one, resolved once. */
const laterPart = (schema: z.ZodType) => (schema._zod as unknown as { innerType?: z.ZodType }).innerType

/** Returns all direct child schemas of a schema. */
function schemasIn(schema: z.ZodType): z.ZodType[] {
  const { shape = {}, type, ...parts } = partsOf(schema)
  const isSchema = (part: unknown): part is z.ZodType =>
    typeof (part as z.ZodType | null | undefined)?._zod?.def?.type === 'string'
  const later = type === 'lazy' ? laterPart(schema) : null
  const all = [...Object.values(shape), ...Object.values(parts).flat(), later] as unknown[]
  return all.filter(isSchema)
}

const known = new WeakMap<object, WeakMap<z.ZodType, boolean>>()

/** Returns whether values of the schema can have marked fields. */
export function hasMarks(marks: Marks<unknown>, schema: z.ZodType): boolean {
  const answers = known.get(marks) ?? new WeakMap<z.ZodType, boolean>()
  known.set(marks, answers)
  const before = answers.get(schema)
  if (before !== undefined) return before
  const found = holdsMarks(marks, schema, new Set())
  answers.set(schema, found)
  return found
}

function holdsMarks(marks: Marks<unknown>, schema: z.ZodType, seen: Set<z.ZodType>): boolean {
  // Unlike `has`, `get` also finds copies of a schema with other descriptions.
  if (marks.get(schema)) return true
  if (seen.has(schema)) return false
  seen.add(schema)
  return schemasIn(schema).some(each => holdsMarks(marks, each, seen))
}

/**
 * Returns the marked fields of a validated input, or of an output. Throws for a schema whose marks
 * it cannot find, so that none is missed.
 */
export function markedIn<Mark>(marks: Marks<Mark>, schema: z.ZodType, value: unknown): MarkedField<Mark>[] {
  const all = new Map<string, MarkedField<Mark>>()
  // A value accepted by several options of a union is returned once.
  for (const each of fieldsIn(marks, schema, value, '', false)) all.set(each.field, each)
  return [...all.values()]
}

/** Returns whether inputs of the schema can contain paths of the node's machine. */
export function hasHostPaths(schema: z.ZodType): boolean {
  return hasMarks(HOST_PATHS, schema)
}

/** Returns the paths of the node's machine in a validated input. Throws like `markedIn`. */
export function hostPathsIn(schema: z.ZodType, value: unknown): FoundPath[] {
  return markedIn(HOST_PATHS, schema, value).map(({ field, value: path, mark }) => ({
    ...{ field, path: path as string, isWhole: mark.isWhole, isLink: mark.isLink ?? false },
  }))
}

/** Returns the secrets in an input or output. Throws like `markedIn`. */
export function secretsIn(schema: z.ZodType, value: unknown) {
  return markedIn(SECRETS, schema, value)
}

/**
 * Returns a copy of an input or output with this text in place of each text that is entirely
 * secret.
 */
export function hideSecrets<Value>(schema: z.ZodType, value: Value, shown = '…'): Value {
  const whole = secretsIn(schema, value).filter(({ mark }) => mark.isWhole)
  const fields = new Set(whole.map(({ field }) => field))
  const copy = (part: unknown, field: string): unknown => {
    if (fields.has(field)) return shown
    const at = (key: string | number) => (field === '' ? `${key}` : `${field}.${key}`)
    if (Array.isArray(part)) return part.map((each, index) => copy(each, at(index)))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, copy(each, at(key))]))
  }
  return copy(value, '') as Value
}

/**
 * Returns the texts in an input or output that strangers wrote, or that can quote them. Throws like
 * `markedIn`.
 */
export function untrustedIn(schema: z.ZodType, value: unknown) {
  return markedIn(UNTRUSTED, schema, value)
}

/** A marked place: `filters.*.directory`. */
export interface MarkedPlace<Mark> {
  readonly field: string
  readonly mark: Mark
}

/** Returns the marked places of a schema, each once. Recursive schemas are visited once. */
export function markedPlaces<Mark>(marks: Marks<Mark>, schema: z.ZodType): MarkedPlace<Mark>[] {
  const all = new Map<string, MarkedPlace<Mark>>()
  const visit = (part: z.ZodType, field: string, above: readonly z.ZodType[]) => {
    if (above.includes(part) || !hasMarks(marks, part)) return
    const mark = marks.get(part)
    if (mark) {
      all.set(field, { field, mark })
      return
    }
    const at = (key: string) => (field === '' ? key : `${field}.${key}`)
    const { type, shape = {} } = partsOf(part)
    const inside = [...above, part]
    if (type === 'object') for (const [name, member] of Object.entries(shape)) visit(member, at(name), inside)
    else
      for (const each of schemasIn(part))
        visit(each, ['array', 'record', 'tuple'].includes(type) ? at('*') : field, inside)
  }
  visit(schema, '', [])
  return [...all.values()]
}

/** Types of schemas with nested values. */
const CONTAINERS = ['object', 'array', 'record', 'tuple']

/** A child schema, with its value in the input. */
type Branch = readonly [part: z.ZodType | undefined, values: (readonly [value: unknown, field: string])[]]

/** `isChoice`: whether the value may match another schema instead. */
function fieldsIn<Mark>(
  marks: Marks<Mark>,
  schema: z.ZodType,
  value: unknown,
  field: string,
  isChoice: boolean,
): MarkedField<Mark>[] {
  if (value === null || value === undefined || !hasMarks(marks, schema)) return []
  const mark = marks.get(schema)
  const { type } = partsOf(schema)
  const isContainer = CONTAINERS.includes(type)
  const isOther =
    (isContainer && typeof value !== 'object') || (type === 'string' && typeof value !== 'string')
  if (isOther) {
    if (isChoice) return []
    throw new Error(`markedIn expects another value at ${field}: a schema must not transform what is marked`)
  }
  if (mark) return [{ field, value, mark }]
  const branches = branchesOf(schema, value, field)
  const unseen = schemasIn(schema).some(
    part => hasMarks(marks, part) && !branches.some(([seen]) => seen === part),
  )
  if (unseen) throw new Error(`markedIn cannot look into every part of a schema of the type ${type}`)
  const isUnion = type === 'union' || (isChoice && !isContainer)
  return branches.flatMap(([part, values]) =>
    values.flatMap(([each, at]) => (part ? fieldsIn(marks, part, each, at, isUnion) : [])),
  )
}

function branchesOf(schema: z.ZodType, value: unknown, field: string): Branch[] {
  const at = (key: string | number) => (field === '' ? `${key}` : `${field}.${key}`)
  const { type, shape = {}, items = [], options = [], ...parts } = partsOf(schema)
  const same = [[value, field] as const]
  const members = Object.entries(value as Record<string, unknown>)
  const each = members.map(([key, member]) => [member, at(key)] as const)
  switch (type) {
    case 'object':
      return Object.entries(shape).map(([key, member]) => [
        member,
        [[(value as Record<string, unknown>)[key], at(key)]],
      ])
    case 'array':
      return [[parts.element, each]]
    case 'record':
      return [[parts.valueType, each]]
    case 'tuple':
      return items.map((item, key) => [item, [[(value as unknown[])[key], at(key)]]])
    case 'union':
      return options.map(option => [option, isExcluded(option, value) ? [] : same])
    case 'intersection':
      return [
        [parts.left, same],
        [parts.right, same],
      ]
    case 'pipe':
      // Either side can have the fields: the input, or the result of a transformation.
      return [
        [parts.in, same],
        [parts.out, same],
      ]
    case 'lazy':
      return [[laterPart(schema), same]]
    default:
      // Optional, nullable, with a default, and the like.
      return [[parts.innerType, same]]
  }
}

/**
 * Returns whether an object's discriminator, a literal such as `type`, excludes this option of a
 * union.
 */
function isExcluded(option: z.ZodType, value: unknown): boolean {
  const { type, shape = {} } = partsOf(option)
  if (type !== 'object' || typeof value !== 'object') return false
  return Object.entries(shape).some(([name, member]) => {
    const { type: kind, values = [] } = partsOf(member)
    return kind === 'literal' && !values.includes((value as Record<string, unknown>)[name])
  })
}
