import { ApiError, connectNode, type NodeEvent, readAnswer, type Upload } from '@shoal/api'
import { saying } from '../messages/on-failure.ts'
import { sayingFetch } from '../messages/reasons.ts'
import type { EventChannel, EventSink, NodeLink, PutOptions } from './link.ts'

/**
 * Returns a link to the node that serves this page. `unreachable`: the message of errors while it
 * does not answer.
 */
export function httpLink(unreachable = 'The node does not answer.'): NodeLink {
  const putFile = (upload: string, path: string, body: Blob, options: PutOptions) =>
    put(
      `/api/uploads/${encodeURIComponent(upload)}/files/${path.split('/').map(encodeURIComponent).join('/')}`,
      body,
      {
        ...options,
        unreachable,
      },
    )
  return {
    api: connectNode({ unreachable, fetch: sayingFetch }),
    simulated: false,
    openEvents,
    putFile,
    urlOf: href => href,
  }
}

function openEvents(topics: readonly string[], sink: EventSink): EventChannel {
  const socket = new WebSocket(
    `${location.origin.replace(/^http/, 'ws')}/api/events?topics=${encodeURIComponent(topics.join(','))}`,
  )
  const waiting: string[] = []
  socket.onopen = () => {
    for (const text of waiting.splice(0)) socket.send(text)
  }
  socket.onmessage = ({ data }) => sink.received(JSON.parse(String(data)) as NodeEvent)
  socket.onclose = () => sink.lost()
  return {
    send(message) {
      const text = JSON.stringify(message)
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
      else waiting.push(text)
    },
    close() {
      socket.onclose = null
      socket.onmessage = null
      socket.close()
    },
  }
}

/** Uses XMLHttpRequest, since fetch does not report how much of a body was sent. */
function put(
  target: string,
  body: Blob,
  { signal, onProgress, unreachable }: PutOptions & { readonly unreachable: string },
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => {
      request.abort()
      reject(signal!.reason)
    }
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', abort, { once: true })
    request.open('PUT', target)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded }) => onProgress?.(loaded)
    request.onerror = () => reject(new ApiError('unreachable', unreachable))
    request.onload = () =>
      resolve(
        saying(
          () => readAnswer(new Response(request.responseText, { status: request.status })) as Promise<Upload>,
        ),
      )
    request.onloadend = () => signal?.removeEventListener('abort', abort)
    request.send(body)
  })
}
