import { BYTE_ROUTES, OPERATIONS } from '@shoal/api'
import { Failure } from '../../cli/failure.ts'
import { MethodNotAllowed } from '../failures.ts'

const KNOWN: readonly { readonly pattern: RegExp; readonly method: string }[] = [
  ...Object.values(OPERATIONS),
  ...Object.values(BYTE_ROUTES),
].map(({ path, method }) => ({ pattern: patternOf(path), method }))

/** Why nothing answers at a path: it has other methods, or there is nothing. */
export function missing(method: string, path: string): Failure {
  const methods = KNOWN.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  const allowed = [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].sort()
  if (allowed.length > 0 && !allowed.includes(method)) return new MethodNotAllowed(method, allowed)
  return new Failure('not-found', 'there is nothing here: /api/openapi.json lists what there is', {
    field: 'path',
  })
}

function patternOf(path: string): RegExp {
  const text = path
    .replaceAll('.', '\\.')
    .replace(/\{path\}$/, '.+')
    .replace(/\{\w+\}/g, '[^/]+')
  return new RegExp(`^${text}$`)
}
