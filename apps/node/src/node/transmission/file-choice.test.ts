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

test('missing files and unchanged values are omitted', () => {
  expect(changedPriorities(FILES, { 'files-wanted': [0, 99], 'priority-normal': [0] }).size).toBe(0)
})

test('unwanted files of a new torrent stay unwanted whatever their priority', () => {
  expect(firstPriorities({ 'files-unwanted': [1], 'priority-high': [0, 1] })).toEqual([
    { index: 0, priority: 7 },
    { index: 1, priority: 0 },
  ])
})
