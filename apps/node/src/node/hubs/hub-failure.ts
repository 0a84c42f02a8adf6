import { ApiError } from '@shoal/api/api-error'
import { Failure } from '@shoal/daemon/failure'
import { printable } from '@shoal/daemon/printable'

const MAX_MESSAGE = 300

/** Error codes of a hub with the same meaning for callers of the node. */
const KEPT = ['bad-answer', 'full', 'not-found', 'too-many-requests', 'unavailable']
const RENAMED: Readonly<Record<string, string>> = {
  unreachable: 'no-answer',
  'too-many-attempts': 'too-many-requests',
  'too-soon': 'too-many-requests',
}

const OWN_WORDS: Readonly<Record<string, string>> = {
  unreachable: 'no hub answers: it may be away, or have another address',
  'bad-answer': 'the answer is not that of a hub: is another program at this address?',
}

/**
 * Returns a message about a hub's error. The hub's text is shortened and stripped of control
 * characters.
 */
export function hubMessage(host: string, error: unknown): string {
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string }
  const text = OWN_WORDS[code] ?? message
  return `${host}: ${printable(text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text)}`
}

/** Input members that the hub and the node have in common. */
const FIELDS = [
  ...['invitation', 'name', 'text', 'category', 'tag', 'cursor', 'link', 'title', 'tags', 'description'],
  ...['uses', 'days', 'note'],
]

/**
 * Converts a hub's error to an error of the node: a login refused by a hub says nothing about the
 * login at the node. `field`: the input member that names the hub.
 */
export function hubFailure(url: string, error: unknown, field: 'hub' | 'url'): unknown {
  if (!(error instanceof ApiError)) return error
  const { code } = error
  const known = Object.hasOwn(RENAMED, code) ? RENAMED[code]! : KEPT.includes(code) ? code : 'refused'
  const isShared = error.field !== undefined && FIELDS.includes(error.field)
  return new Failure(known, hubMessage(new URL(url).host, error), {
    field: isShared ? error.field! : field,
    cause: error,
  })
}

/**
 * Returns whether an error means that the hub is unavailable, is another server, or excludes this
 * person; other errors concern a single request.
 */
export function isHubProblem(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const { code, field, status } = error
  if (code === 'forbidden') return field === 'token'
  return (
    ['unreachable', 'bad-answer', 'account-waiting'].includes(code) || isRefusedLogin(error) || status >= 500
  )
}

/**
 * Returns whether the hub refuses this device's login, so that a retry is pointless. With
 * `bad-device-list`, the hub knows a newer list without this device.
 */
function isRefusedLogin(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return ['unauthorized', 'bad-login', 'bad-device-list', 'forbidden'].includes(error.code)
}
