import type { NodeApi } from '@shoal/api'
import { createApi } from '@shoal/api/client'
import { expect, test } from 'vitest'
import { Question } from './question.ts'

const api: NodeApi = createApi(async (_name, _input, options) => {
  options?.signal?.throwIfAborted()
  return { items: [] }
})

test('a question is outdated by the events that its operations name', async () => {
  const question = new Question()
  const asked = question.begin(api, new AbortController().signal)
  await Promise.all([asked.listPeople({}), asked.getSettings({})])
  expect(question.isOutdatedBy({ type: 'people' })).toBe(true)
  expect(question.isOutdatedBy({ type: 'settings' })).toBe(true)
  expect(question.isOutdatedBy({ type: 'hubs' })).toBe(false)
  // Asked again, it asks something else.
  await question.begin(api, new AbortController().signal).listHubs({})
  expect(question.isOutdatedBy({ type: 'people' })).toBe(false)
  expect(question.isOutdatedBy({ type: 'hubs' })).toBe(true)
})

test('an event about one thing outdates the answers about it, and about all', async () => {
  const question = new Question()
  const about = (conversation: string | null) => ({ type: 'chat', conversation, messages: null }) as const
  await question.begin(api, new AbortController().signal).listMessages({ conversation: '7', limit: 20 })
  expect(question.isOutdatedBy(about('7'))).toBe(true)
  expect(question.isOutdatedBy(about(null))).toBe(true)
  expect(question.isOutdatedBy(about('8'))).toBe(false)
  await question.begin(api, new AbortController().signal).listConversations({})
  expect(question.isOutdatedBy(about('8'))).toBe(true)
})

test('its calls end with the signal', async () => {
  const closing = new AbortController()
  const asked = new Question().begin(api, closing.signal)
  closing.abort(new Error('gone'))
  await expect(asked.listPeople({})).rejects.toThrow('gone')
})
