import { expect, test } from 'vitest'
import { CommitGroup, type CommitPlace } from './commit-group.ts'

/** A database that records calls, and whose `begin` waits for `free`. */
function placeOf(begin?: () => Promise<void>) {
  const log: string[] = []
  const place: CommitPlace = {
    ...(begin && {
      begin: async () => {
        await begin()
        log.push('begin')
      },
    }),
    transaction(work) {
      const result = work()
      log.push('commit')
      return result
    },
    savepoint: work => work(),
    isTransaction: true,
    sync: async () => void log.push('sync'),
  }
  return { place, log }
}

test('a commit has at most as many as allowed, in the order in which they were asked', async () => {
  const { place, log } = placeOf(async () => {})
  const limits = { largest: 2, waiting: 5, tooMany: () => new Error('too many') }
  const group = new CommitGroup(place, limits)
  const asked = [1, 2, 3, 4, 5].map(number => group.add(() => log.push(`${number}`)))
  await expect(group.add(() => {})).rejects.toThrow('too many')
  await Promise.all(asked)
  expect(log.join(' ')).toBe('begin 1 2 commit sync begin 3 4 commit sync begin 5 commit sync')
})

test('what cannot begin is rejected, and later work is not', async () => {
  let isFree = false
  const { place, log } = placeOf(async () => {
    if (!isFree) throw new Error('busy')
  })
  const group = new CommitGroup(place)
  const work = () => log.push('work')
  await Promise.all([1, 2].map(() => expect(group.add(work)).rejects.toThrow('busy')))
  isFree = true
  await group.add(work)
  expect(log).toEqual(['begin', 'work', 'commit', 'sync'])
  await group.idle()
})

test('work that runs at once follows what was asked before', async () => {
  const { place, log } = placeOf()
  const group = new CommitGroup(place)
  const before = group.add(() => log.push('before'))
  group.commitWith(() => log.push('at once'))
  await before
  expect(log).toEqual(['before', 'at once', 'commit', 'sync'])
})
