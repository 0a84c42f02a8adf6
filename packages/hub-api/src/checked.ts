/** Validates a hub's responses. Pages do not need that: they trust the hub that serves them. */
import { ApiError } from '@shoal/api/api-error'
import type { CallOptions } from '@shoal/api/contract'
import type { HubApi, HubOperationName } from './operations.ts'
import { HUB_ROUTES } from './routes.ts'

type Call = (input: object, options?: CallOptions) => Promise<unknown>

/**
 * Returns a hub whose calls reject with `bad-answer` if a response violates the contract. The first
 * call loads the schemas.
 */
export function checkAnswers(hub: HubApi): HubApi {
  const calls = hub as unknown as Readonly<Record<string, Call>>
  const checked = (Object.keys(HUB_ROUTES) as HubOperationName[]).map(name => {
    const call: Call = async (input, options) => {
      const answer = await calls[name]!(input, options)
      const { HUB_OPERATIONS } = await import('./operations.ts')
      const read = HUB_OPERATIONS[name].output.safeParse(answer)
      if (read.success) return read.data
      throw new ApiError('bad-answer', 'the answer is not that of a hub: is another program at this address?')
    }
    return [name, call] as const
  })
  return Object.fromEntries(checked) as unknown as HubApi
}
