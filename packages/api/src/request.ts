import type { Operation } from './contract.ts'

export interface PlainRequest {
  readonly method: Operation['method']
  /** Path and query, percent-encoded. */
  readonly target: string
  /** The JSON body. Undefined if there is none. */
  readonly body: Record<string, unknown> | undefined
}

/**
 * Distributes the members of an input over path, query and body. Lists in a query become repeated
 * members.
 */
export function toRequest(
  { method, path }: Pick<Operation, 'method' | 'path'>,
  input: Record<string, unknown>,
): PlainRequest {
  const rest = { ...input }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  if (method !== 'GET' && method !== 'DELETE') return { method, target: filled, body: rest }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each))
  }
  const text = query.toString()
  return { method, target: text === '' ? filled : `${filled}?${text}`, body: undefined }
}
