import { expect, test } from 'vitest'
import { wordViolations } from './words.ts'

test.each([
  '/** Of PieceMemory. */',
  '/**\n * What happens in a swarm.\n */',
  '"x" is no whole number',
  'kept for ever',
  'the swarm is told of it',
  'the transfer goes on',
  'a dot stands for the folder',
  'the panel beside it',
  'once the metadata is here',
  'None is like that',
  'new PieceBook()',
  '// What is missing comes first.',
  'the tracker tells of peers',
  'the files that are not here yet',
  'a node killed in mid-download',
])('finds %j', text => {
  expect(wordViolations(text).length).toBeGreaterThan(0)
})

test.each([
  'there is no such file',
  'the peer is no longer connected',
  'goes on to the next tier',
  '/** Returns false if the piece is missing. */',
  'an integer from 1 to 10',
  'Works without a network',
  '// What if the disk is full?',
  'the session has everything',
])('accepts %j', text => {
  expect(wordViolations(text)).toEqual([])
})

test('reports the line of each match', () => {
  expect(wordViolations('fine\nthe panel beside it\nfine\nkept for ever').map(({ line }) => line)).toEqual([
    2, 4,
  ])
})
