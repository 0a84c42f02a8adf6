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
 * Has a worker of its own do it. Rejects with a PeerError, of the code that the worker failed with; with `cancelled` once nothing is left of
 * what was begun.
 */
export function askWorker<Kind extends Order['kind']>(
  order: Extract<Order, { kind: Kind }>,
  { onProgress, signal }: AskOptions = {},
): Promise<Answers[Kind]> {
  // Nobody receives earlier results.
  if (signal?.aborted) return Promise.reject(cancelled())
  const worker = new Worker(new URL('./seal-worker.ts', import.meta.url), {
    type: 'module',
    // The worker's own messages are in the language of the page.
    name: language,
  })
  const post = (frame: OrderFrame) => worker.postMessage(frame)
  let cancel = () => {}
  let hasBegun = false
  const answer = new Promise<Answers[Kind]>((resolve, reject) => {
    // Before it has begun there is nothing to be undone; and what it does with a passphrase takes a while.
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
