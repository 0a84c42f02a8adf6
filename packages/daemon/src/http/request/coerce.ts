/**
 * Converts the text of a path or query to the type in the schema: `5` becomes a number where the
 * schema wants one.
 */
import type { z } from 'zod'

type Definition = {
  type: string
  innerType?: z.ZodType
  in?: z.ZodType
  element?: z.ZodType
  options?: readonly z.ZodType[]
}

/** Leaves unconvertible text unchanged, for the schema to reject. */
export function coerce(schema: z.ZodType, texts: readonly string[]): unknown {
  const { type, innerType, in: source, element, options } = schema.def as unknown as Definition
  if (type === 'array') return texts.map(text => coerce(element!, [text]))
  if (type === 'nullable' && isNull(innerType!, texts)) return null
  if (innerType) return coerce(innerType, texts)
  if (type === 'pipe') return coerce(source!, texts)
  if (type === 'union') return coerceUnion(options!, texts)
  return texts.length === 1 ? coerceOne(type, texts[0]!) : texts
}

// "null" may be meant as text, but not as a number.
function isNull(schema: z.ZodType, [text, ...more]: readonly string[]): boolean {
  const { type } = schema.def
  return more.length === 0 && (text === '' || (text === 'null' && type !== 'string' && type !== 'pipe'))
}

function coerceUnion(options: readonly z.ZodType[], texts: readonly string[]): unknown {
  const values = options.map(option => coerce(option, texts))
  return values[options.findIndex((option, index) => option.safeParse(values[index]).success)] ?? values[0]
}

function coerceOne(type: string, text: string): unknown {
  if (type === 'number') return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type === 'object') return jsonOrText(text)
  return text
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
