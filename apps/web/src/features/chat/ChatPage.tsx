import { useState } from 'react'
import { useLocation, useParams, useSearchParams } from 'wouter'
import { useNode } from '../../shared/node/context.tsx'
import { ChatScreen } from './ChatScreen.tsx'
import { consoleClient } from './console-client.ts'

/** The chat in the console. Its address names the conversation. */
export function ChatPage() {
  const node = useNode()
  const [client] = useState(() => consoleClient(node))
  const { id: conversation = null } = useParams<{ id?: string }>()
  const [query] = useSearchParams()
  const [, navigate] = useLocation()
  return (
    <ChatScreen
      client={client}
      place={{ conversation, message: query.get('message') }}
      onPlace={({ conversation: next, message }) =>
        navigate(`/chat${next === null ? '' : `/${next}`}${message ? `?message=${message}` : ''}`)
      }
    />
  )
}
