import { useState } from 'react'
import { useLocation } from 'wouter'
import { useNode } from '../../shared/node/context.tsx'
import { ChatAttention } from './ChatAttention.tsx'
import { consoleClient } from './console-client.ts'

/** Reports messages on every page of the console. */
export function ConsoleAttention() {
  const node = useNode()
  const [client] = useState(() => consoleClient(node))
  const [path, navigate] = useLocation()
  const [, shown = null] = /^\/chat\/([0-9a-f]+)/.exec(path) ?? []
  return <ChatAttention client={client} shown={shown} onOpen={id => navigate(`/chat/${id}`)} />
}
