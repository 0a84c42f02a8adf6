import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { markAuthenticated } from './authenticated.ts'
import { readBody } from './json-body.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  [false, 10_000],
  [true, 60_000],
])('the body of a request must arrive in time; authenticated: %s', async (isUser, limitMs) => {
  const request = new IncomingMessage(new Socket())
  if (isUser) markAuthenticated(request)
  const ended = vi.fn()
  readBody(request, 1000).catch(ended)
  await vi.advanceTimersByTimeAsync(limitMs - 1)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toHaveBeenCalledWith(expect.objectContaining({ message: 'the body took too long to arrive' }))
})
