import { cancelled, PeerError } from '../../../shared/engine/failure.ts'
import type { PeerFailure } from '../../../shared/engine/protocol.ts'
import { language } from '../../../shared/messages/language.ts'
import type { AnswerFrame, Answers, Order, OrderFrame } from './messages.ts'

interface AskOptions {
  onProgress?(share: number): void
  readonly signal?: AbortSignal
}

const NO_WORKER: PeerFailure = {
  code: 'unsupported',
  message: 'The worker that seals files could not be started. Reload the page.',
}

/**
 * Runs an order in a new worker. Rejects with a PeerError that has the code of the worker's error,
 * or with `cancelled` after everything the worker had written was removed.
 */
export function askWorker<Kind extends Order['kind']>(
  order: Extract<Order, { kind: Kind }>,
  { onProgress, signal }: AskOptions = {},
): Promise<Answers[Kind]> {
  // An aborted signal does not even start the worker.
  if (signal?.aborted) return Promise.reject(cancelled())
  const worker = new Worker(new URL('./seal-worker.ts', import.meta.url), {
    type: 'module',
    // The name sets the language of the worker's messages, as on the page.
    name: language,
  })
  const post = (frame: OrderFrame) => worker.postMessage(frame)
  let cancel = () => {}
  let hasBegun = false
  const answer = new Promise<Answers[Kind]>((resolve, reject) => {
    // A worker that has not started has nothing to undo, and deriving a key from a passphrase takes
    // a while.
    cancel = () => (hasBegun ? post({ kind: 'cancel' }) : reject(cancelled()))
    worker.onmessage = ({ data }: MessageEvent<AnswerFrame>) => {
      if (data.kind === 'progress') {
        hasBegun = true
        onProgress?.(data.doneBytes / data.totalBytes)
      }
      if (data.kind === 'done') resolve(data.value as Answers[Kind])
      if (data.kind === 'failed') reject(new PeerError(data.failure))
    }
    worker.onerror = () => reject(new PeerError(NO_WORKER))
    post(order)
    signal?.addEventListener('abort', cancel, { once: true })
  })
  return answer.finally(() => {
    signal?.removeEventListener('abort', cancel)
    worker.terminate()
  })
}
