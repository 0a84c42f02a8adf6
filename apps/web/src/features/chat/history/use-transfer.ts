import type { ChatTransfer } from '@shoal/api'
import { useEffect } from 'react'
import { type Asked, useAnswer } from '../../../shared/base/use-answer.ts'
import { useChatClient } from '../chat-client.ts'

/** Returns the last history transfer of this device, kept up to date; null if there was none. */
export function useTransfer(): Asked<ChatTransfer | null> {
  const client = useChatClient()
  const asked = useAnswer(
    async signal => (await client.api.getHistoryTransfer({}, { signal })).transfer,
    [client],
  )
  const { set, reload } = asked
  useEffect(
    () =>
      client.listen(event => {
        if (event.type === 'chat-transfer') set(event.transfer)
        // Events may have been lost.
        else if (event.type === 'chat' && event.conversation === null) reload()
      }),
    [client, set, reload],
  )
  return asked
}
