import { BYTE_ROUTES, OPERATIONS } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { HttpFailure } from '@shoal/daemon/http'

const KNOWN: readonly { readonly pattern: RegExp; readonly method: string }[] = [
  ...Object.values(OPERATIONS),
  ...Object.values(BYTE_ROUTES),
].map(({ path, method }) => ({ pattern: routePattern(path), method }))

/** Explains why a request has no route: the path has other methods, or does not exist. */
export function missing(method: string, path: string): Failure {
  const methods = KNOWN.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  const allowed = [
    ...new Set(
      methods.includes('GET') && path !== BYTE_ROUTES.getEvents.path ? [...methods, 'HEAD'] : methods,
    ),
  ].sort()
  if (allowed.length > 0 && !allowed.includes(method)) return notAllowed(method, allowed.join(', '))
  return new Failure('not-found', 'nothing is at this path: /api/openapi.json lists all paths', {
    field: 'path',
  })
}

// RFC 9110 section 15.5.6 requires the list of allowed methods.
function notAllowed(method: string, allow: string): Failure {
  const message = `${method} is not allowed here, only ${allow}`
  return new HttpFailure('method-not-allowed', message, 'method', { allow })
}

function routePattern(path: string): RegExp {
  const text = path
    .replaceAll('.', '\\.')
    .replace(/\{path\}$/, '.+')
    .replace(/\{\w+\}/g, '[^/]+')
  return new RegExp(`^${text}$`)
}
