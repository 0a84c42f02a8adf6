import { ApiError } from '@shoal/api/api-error'
import { Failure } from '@shoal/daemon/failure'
import { printable } from '@shoal/daemon/printable'

const MAX_MESSAGE = 300

/** Codes of a hub that mean the same to the callers of a node. */
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

/** The sentence about an error of a hub. What a hub writes is shortened, without control characters. */
export function hubMessage(host: string, error: unknown): string {
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string }
  const text = OWN_WORDS[code] ?? message
  return `${host}: ${printable(text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text)}`
}

/** Members that inputs of a hub and of the node have in common. */
const FIELDS = [
  ...['invitation', 'name', 'text', 'category', 'tag', 'cursor', 'link', 'title', 'tags', 'description'],
  ...['uses', 'days', 'note'],
]

/**
 * Turns an error of a hub into one of the node: a login that a hub refuses says nothing about the login at the node. `field`: the member of the input that
 * names the hub.
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

/** Whether an error says that the hub is away, is another server, or keeps this person out; others are about one request. */
export function isHubProblem(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const { code, field, status } = error
  if (code === 'forbidden') return field === 'token'
  return (
    ['unreachable', 'bad-answer', 'account-waiting'].includes(code) || isRefusedLogin(error) || status >= 500
  )
}

/** Whether a hub refuses the login of this device, so that another attempt is of no use. With `bad-device-list`, the hub knows a newer list without it. */
function isRefusedLogin(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return ['unauthorized', 'bad-login', 'bad-device-list', 'forbidden'].includes(error.code)
}
