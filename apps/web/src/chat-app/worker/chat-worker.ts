/** Runs the chat of this browser in a worker, so that encryption never delays typing. */
import '../../shared/node/plain-zod.ts'
import { CHAT } from '@shoal/api'
import { borrowRtc } from '../../shared/engine/rtc-borrower.ts'
import { chatBrowser } from '../device/chat-browser.ts'
import { type OpenChat, openChat } from './open-chat.ts'
import type { Failure, PageMessage, WorkerMessage } from './protocol.ts'

type Call = (input: object, options: { readonly signal: AbortSignal }) => Promise<unknown>

const post = (message: WorkerMessage) => postMessage(message)
const running = new Map<number, AbortController>()
const opening = open()
opening.catch(error => post({ kind: 'ended', failure: toFailure(error) }))

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  if (data.kind === 'cancel') running.get(data.call)?.abort()
  else if (data.kind === 'settings')
    void opening.then(
      chat => {
        chat.set(data.settings)
      },
      () => {},
    )
  else if (data.kind === 'rtc')
    void opening.then(
      chat => chat.useRtc(borrowRtc(data.port)),
      () => {},
    )
  else void answer(data)
})

async function open(): Promise<OpenChat> {
  const kept = await chatBrowser.load()
  if (!kept) throw Object.assign(new Error('This browser is not a device.'), { code: 'no-devices' })
  const chat = await openChat(kept, {
    publish: event => post({ kind: 'event', event }),
    fault: fault => post({ kind: 'fault', fault }),
    warned: persons => post({ kind: 'warned', persons }),
    failed: error => post({ kind: 'ended', failure: toFailure(error) }),
  })
  post({ kind: 'open' })
  return chat
}

async function answer({ call, name, input }: Extract<PageMessage, { kind: 'call' }>): Promise<void> {
  const controller = new AbortController()
  running.set(call, controller)
  try {
    const { calls } = await opening
    const run = (calls as unknown as Record<string, Call>)[name]!
    const value = await run(withDefaults(name, input), { signal: controller.signal })
    post({ kind: 'result', call, value })
  } catch (error) {
    post({ kind: 'failure', call, failure: toFailure(error) })
  } finally {
    running.delete(call)
  }
}

/** Fills in the defaults of the contract, as the API does. */
function withDefaults(name: string, input: object): object {
  const operation = (CHAT.operations as Record<string, { input: { parse(value: unknown): object } }>)[name]
  return operation ? operation.input.parse(input) : input
}

function toFailure(error: unknown): Failure {
  const { code, message, field } = error as { code?: string; message?: string; field?: string }
  return {
    ...{ code: typeof code === 'string' ? code : 'internal', message: message ?? String(error) },
    field: field ?? null,
  }
}
