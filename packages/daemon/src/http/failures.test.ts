import { withStatus } from '@shoal/api/errors'
import { expect, test } from 'vitest'
import { AbsentCapability } from '../capability/capability.ts'
import { Failure } from '../failure.ts'
import { toRefusal } from './failures.ts'

const own = { ...withStatus(409, 'full'), 'bad-lists': { status: 401, field: 'lists' } }
const others = withStatus(502, 'refused', 'bad-answer')

test.each<[code: string, status: number, field: string | undefined, unlisted: string | undefined]>([
  ['full', 409, undefined, undefined],
  ['bad-lists', 401, 'lists', undefined],
  // A status of any operation.
  ['not-found', 404, undefined, undefined],
  // A status of other operations.
  ['refused', 502, undefined, 'refused'],
  ['bad-answer', 502, undefined, 'bad-answer'],
  ['bad-bencode', 400, undefined, 'bad-bencode'],
])('%s is answered with %i, as the contracts say', (code, status, field, unlisted) => {
  const refusal = toRefusal(new Failure(code, 'why'), { own, others })
  expect(refusal).toMatchObject({ status, unforeseen: false, problem: { error: { code, message: 'why' } } })
  expect([refusal.problem.error.field, refusal.unlisted]).toEqual([field, unlisted])
})

test('an error that names its member keeps it', () => {
  const { problem } = toRefusal(new Failure('bad-lists', 'why', { field: 'lists.0' }), { own })
  expect(problem.error.field).toBe('lists.0')
})

test('a code that no contract has reveals nothing', () => {
  for (const error of [new Failure('exploded', 'at /home/ann'), new Error('at /home/ann'), null, 'x'])
    expect(toRefusal(error, { own, others })).toMatchObject({
      status: 500,
      unforeseen: true,
      problem: { error: { code: 'internal', message: 'internal error: see the log' } },
    })
})

test('what belongs to a capability that does not run is not there', () => {
  expect(toRefusal(new AbsentCapability('Chat')).status).toBe(404)
  expect(toRefusal(new Failure('unsupported', 'why')).status).toBe(501)
})
