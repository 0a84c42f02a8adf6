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
  readonly getter?: () => z.ZodType
}

const partsOf = (schema: z.ZodType) => schema._zod.def as unknown as Parts

/** Whether inputs of the schema can contain paths of the node's machine. */
export function hasHostPaths(schema: z.ZodType, seen = new Set<z.ZodType>()): boolean {
  // `get` knows copies of a schema with other descriptions, unlike `has`.
  if (HOST_PATHS.get(schema)) return true
  if (seen.has(schema)) return false
  seen.add(schema)
  const { shape = {}, items = [], options = [], getter, ...parts } = partsOf(schema)
  const inner = [
    parts.element,
    parts.innerType,
    parts.valueType,
    parts.left,
    parts.right,
    parts.in,
    parts.out,
  ]
  const all = [...Object.values(shape), ...items, ...options, ...inner, getter?.()]
  return all.some(each => each !== undefined && hasHostPaths(each, seen))
}

/** The paths of the node's machine in a checked input. */
export function hostPathsIn(schema: z.ZodType, value: unknown, field = ''): FoundPath[] {
  if (value === null || value === undefined || !hasHostPaths(schema)) return []
  const use = HOST_PATHS.get(schema)
  if (use) return typeof value === 'string' ? [{ field, path: value, isWhole: use.isWhole }] : []
  const at = (key: string | number) => (field === '' ? `${key}` : `${field}.${key}`)
  const { type, shape = {}, items = [], options = [], getter, ...parts } = partsOf(schema)
  const members = Object.entries(value as Record<string, unknown>)
  switch (type) {
    case 'object':
      return Object.entries(shape).flatMap(([key, member]) =>
        hostPathsIn(member, (value as Record<string, unknown>)[key], at(key)),
      )
    case 'array':
      return members.flatMap(([key, each]) => hostPathsIn(parts.element!, each, at(key)))
    case 'record':
      return members.flatMap(([key, each]) => hostPathsIn(parts.valueType!, each, at(key)))
    case 'tuple':
      return items.flatMap((item, key) => hostPathsIn(item, (value as unknown[])[key], at(key)))
    case 'union':
      return options.flatMap(option => hostPathsIn(option, value, field))
    case 'intersection':
      return [parts.left!, parts.right!].flatMap(each => hostPathsIn(each, value, field))
    case 'pipe':
      return hostPathsIn(parts.in!, value, field)
    case 'lazy':
      return hostPathsIn(getter!(), value, field)
    default:
      // Optional, nullable, with a default, and the like.
      if (parts.innerType) return hostPathsIn(parts.innerType, value, field)
      throw new Error(`hostPathsIn cannot look into a schema of the type ${type}`)
  }
}
