import { OPERATIONS } from '@shoal/api'
import { StrangeAnswers } from '@shoal/api/testing/node/strange-answers'
import { expect, test } from 'vitest'

test('answers match the contract, with the texts of strangers in marked fields only', async () => {
  const answers = new StrangeAnswers()
  const feeds = OPERATIONS.listFeeds.output.parse(await answers.ask('listFeeds'))
  expect(feeds.items.length).toBeGreaterThan(0)
  for (const { id } of feeds.items)
    OPERATIONS.listFeedItems.output.parse(await answers.ask('listFeedItems', { id }))
  expect([...answers.unmarked()]).toEqual([])
  const fields = ['listFeeds: items.*.title', 'listFeeds: items.*.error', 'listFeedItems: items.*.source']
  expect([...answers.fields()]).toEqual(expect.arrayContaining(fields))
})
