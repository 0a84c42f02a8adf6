import { expect, test } from 'vitest'
import { changedPriorities, firstPriorities } from './file-choice.ts'

const FILES = [4, 0, 7].map((priority, index) => ({ index, priority }))

test('an empty list means all files', () => {
  expect(changedPriorities(FILES, { 'files-unwanted': [] })).toEqual(
    new Map([
      [0, 0],
      [2, 0],
    ]),
  )
})

test('a priority does not select a file, but applies once it is selected', () => {
  expect(changedPriorities(FILES, { 'priority-high': [0, 1] })).toEqual(new Map([[0, 7]]))
  expect(changedPriorities(FILES, { 'files-wanted': [1], 'priority-low': [1] })).toEqual(new Map([[1, 1]]))
})

test('the priority of an unwanted file is kept until it is wanted', () => {
  const waiting = new Map<number, number>()
  expect(changedPriorities(FILES, { 'priority-high': [1], 'files-unwanted': [2] }, waiting)).toEqual(
    new Map([[2, 0]]),
  )
  expect(waiting).toEqual(
    new Map([
      [2, 7],
      [1, 7],
    ]),
  )
  const unwanted = FILES.map(({ index }) => ({ index, priority: 0 }))
  expect(changedPriorities(unwanted, { 'files-wanted': [1, 0] }, waiting)).toEqual(
    new Map([
      [1, 7],
      [0, 4],
    ]),
  )
  expect(waiting).toEqual(new Map([[2, 7]]))
})

test('missing files and unchanged values are omitted', () => {
  expect(changedPriorities(FILES, { 'files-wanted': [0, 99], 'priority-normal': [0] }).size).toBe(0)
})

test('unwanted files of a new torrent stay unwanted whatever their priority', () => {
  expect(firstPriorities({ 'files-unwanted': [1], 'priority-high': [0, 1] })).toEqual([
    { index: 0, priority: 7 },
    { index: 1, priority: 0 },
  ])
})
