/** The orders of the worker that seals. */
import { readIdentities } from '@shoal/identity/age'
import { toFailure } from '../../../shared/engine/failure.ts'
import { makeKey } from '../../../shared/own-key/key-work.ts'
import { parseRecipients } from '../../../shared/sealing/recipients.ts'
import type { AnswerFrame, Answers, Order, OrderFrame } from './messages.ts'
import { sealFiles } from './seal-files.ts'
import { openSink } from './sink.ts'

const PROGRESS_MS = 100
const abort = new AbortController()
let lastMs = Number.NEGATIVE_INFINITY

/** Runs an order and posts its result. */
export function takeOrder(frame: OrderFrame): void {
  if (frame.kind === 'cancel')
    abort.abort(Object.assign(new Error('sealing was cancelled'), { code: 'cancelled' }))
  else
    run(frame).then(
      value => post({ kind: 'done', value }),
      error => post({ kind: 'failed', failure: toFailure(error) }),
    )
}

async function run(order: Order): Promise<Answers[Order['kind']]> {
  if (order.kind === 'seal') return sealFiles(order, { openSink, onProgress, signal: abort.signal })
  if (order.kind === 'read-keys') return readIdentities(order.bytes, order.passphrase)
  if (order.kind === 'check-keys') return parseRecipients(order.keys)
  return (await makeKey(order.passphrase)).made
}

function onProgress(doneBytes: number, totalBytes: number): void {
  const now = performance.now()
  if (now - lastMs < PROGRESS_MS) return
  lastMs = now
  post({ kind: 'progress', doneBytes, totalBytes })
}

function post(frame: AnswerFrame): void {
  postMessage(frame)
}
