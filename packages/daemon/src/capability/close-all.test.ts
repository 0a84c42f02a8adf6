import { expect, test } from 'vitest'
import { closeAll } from './close-all.ts'

const failing = (message: string) => () => {
  throw new Error(message)
}

test('all steps are run, and it rejects with everything that failed', async () => {
  const done: string[] = []
  const same = new Error('one')
  const closing = closeAll([
    () => Promise.reject(same),
    () => done.push('first'),
    () => closeAll([failing('two'), failing('three'), () => done.push('second')]),
    () => Promise.reject(same),
  ])
  await expect(closing).rejects.toMatchObject({
    message: 'one; two; three',
    errors: ['one', 'two', 'three'].map(message => expect.objectContaining({ message })),
  })
  expect(done).toEqual(['first', 'second'])
})

test('an error that is alone stays what it is', async () => {
  const error = Object.assign(new Error('the disk is full'), { code: 'no-space' })
  await expect(closeAll([() => {}, () => Promise.reject(error)])).rejects.toBe(error)
  const empty = new AggregateError([], 'all addresses failed')
  await expect(closeAll([() => Promise.reject(empty)])).rejects.toBe(empty)
})
