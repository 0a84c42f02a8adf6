import { reads, type WebMethods } from './answer.ts'

/**
 * Types of messages: 1 normal, 2 information, 4 warning, 8 critical. There is none for Shoal's
 * debug messages.
 */
const TYPES = { debug: 1, info: 2, warn: 4, error: 8 } as const

export const LOG_METHODS: WebMethods = {
  'log/main': reads(async (params, { call }) => {
    const last = Math.trunc(params.number('last_known_id') ?? -1)
    const isShown = {
      1: params.bool('normal'),
      2: params.bool('info'),
      4: params.bool('warning'),
      8: params.bool('critical'),
    }
    const { items } = await call('listLog', { limit: 1000, ...(last > 0 && { after: last }) })
    return items
      .map(({ id, message, atMs, level }) => ({
        id,
        message,
        timestamp: Math.round(atMs / 1000),
        type: TYPES[level],
      }))
      .filter(({ type }) => isShown[type] ?? true)
  }),
  // Shoal has no permanent bans.
  'log/peers': reads(async () => []),
}
