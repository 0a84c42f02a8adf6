import type { z } from 'zod'
import { HOST_PATHS } from './schemas/names.ts'

/** A path on the node's machine in an input. */
export interface FoundPath {
  /** The member of the input: `filters.0.directory`. */
  readonly field: string
  readonly path: string
  /** See `HOST_PATHS`. */
  readonly isWhole: boolean
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
}

const partsOf = (schema: z.ZodType) => schema._zod.def as unknown as Parts

/** Returns the schema that a lazy one makes, once. */
const laterPart = (schema: z.ZodType) => (schema._zod as unknown as { innerType?: z.ZodType }).innerType

/** All schemas that are parts of another, wherever it holds them. */
function schemasIn(schema: z.ZodType): z.ZodType[] {
  const { shape = {}, type, ...parts } = partsOf(schema)
  const isSchema = (part: unknown): part is z.ZodType =>
    typeof (part as z.ZodType | null | undefined)?._zod?.def?.type === 'string'
  const later = type === 'lazy' ? laterPart(schema) : null
  const all = [...Object.values(shape), ...Object.values(parts).flat(), later] as unknown[]
  return all.filter(isSchema)
}

/** Whether inputs of the schema can contain paths of the node's machine. */
export function hasHostPaths(schema: z.ZodType, seen = new Set<z.ZodType>()): boolean {
  // `get` knows copies of a schema with other descriptions, unlike `has`.
  if (HOST_PATHS.get(schema)) return true
  if (seen.has(schema)) return false
  seen.add(schema)
  return schemasIn(schema).some(each => hasHostPaths(each, seen))
}

/**
 * The paths of the node's machine in a checked input. Throws for a schema whose paths it cannot find, so that none passes unseen.
 */
export function hostPathsIn(schema: z.ZodType, value: unknown): FoundPath[] {
  return pathsIn(schema, value, '', false)
}

/** Types of schemas whose values have others within. */
const CONTAINERS = ['object', 'array', 'record', 'tuple']

/** A part of a schema, with what the input has for it. */
type Branch = readonly [part: z.ZodType | undefined, values: (readonly [value: unknown, field: string])[]]

/** `isChoice`: whether the value may be that of another schema. */
function pathsIn(schema: z.ZodType, value: unknown, field: string, isChoice: boolean): FoundPath[] {
  if (value === null || value === undefined || !hasHostPaths(schema)) return []
  const use = HOST_PATHS.get(schema)
  if (use && typeof value === 'string') return [{ field, path: value, isWhole: use.isWhole }]
  const { type } = partsOf(schema)
  if (use || (CONTAINERS.includes(type) && typeof value !== 'object')) {
    if (isChoice) return []
    throw new Error(`hostPathsIn expects another value at ${field}: a schema must not transform paths`)
  }
  const branches = branchesOf(schema, value, field)
  const unseen = schemasIn(schema).some(
    part => hasHostPaths(part) && !branches.some(([seen]) => seen === part),
  )
  if (unseen) throw new Error(`hostPathsIn cannot look into every part of a schema of the type ${type}`)
  const isUnion = type === 'union' || (isChoice && !CONTAINERS.includes(type))
  return branches.flatMap(([part, values]) =>
    values.flatMap(([each, at]) => (part ? pathsIn(part, each, at, isUnion) : [])),
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
      return options.map(option => [option, same])
    case 'intersection':
      return [
        [parts.left, same],
        [parts.right, same],
      ]
    case 'pipe':
      // Either side may have the paths: that of what is given, or that after a transformation of it.
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
