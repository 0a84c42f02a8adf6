import { expect, test } from 'vitest'
import { describeFailure, Failure, fileFailure } from './failure.ts'

test('an error of the file system says what to do', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  expect(fileFailure(error, '/x')).toMatchObject({
    code: 'no-space',
    message: expect.stringContaining('/x: the disk is full'),
  })
  const other = new Error('other')
  expect(fileFailure(other, '/x')).toBe(other)
})

test.each([
  [Object.assign(new Error('wrong'), { code: 'bad-argument' }), { code: 'bad-argument', message: 'wrong' }],
  [new Failure('timeout', 'late'), { code: 'timeout', message: 'late' }],
  [Object.assign(new Error('two\n  lines'), { code: 'ERR_X' }), { code: 'failed', message: 'two lines' }],
  ['text', { code: 'failed', message: 'text' }],
  [null, { code: 'failed', message: 'null' }],
])('%s', (error, described) => expect(describeFailure(error)).toEqual(described))
