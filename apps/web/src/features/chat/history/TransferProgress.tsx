import type { ChatTransfer } from '@shoal/api'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { ProgressBar } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/chat.ts'

const t = texts.history

/** The progress or the result of a transfer. */
export function TransferProgress({ transfer }: { readonly transfer: ChatTransfer }) {
  const { direction, state, messages, total, added, problem } = transfer
  if (state === 'failed') return <Problem error={Object.assign(new Error(problem?.message), problem)} />
  if (state === 'running') return <Counted messages={messages} total={total} />
  const text = {
    waiting: t.waiting,
    cancelled: t.cancelled,
    done: direction === 'here' ? t.arrived({ count: added }) : t.given({ count: messages }),
  }[state]
  return <p role="status">{text}</p>
}

export function Counted({ messages, total }: { readonly messages: number; readonly total: number | null }) {
  return (
    <div className={layout.stack1} role="status">
      {total !== null && <ProgressBar value={messages / Math.max(1, total)} />}
      <p>{total === null ? t.progress({ count: messages }) : t.progressOf({ messages, total })}</p>
    </div>
  )
}
