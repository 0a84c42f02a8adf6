import type { Swarm } from '../swarm/swarm.ts'
import { Transfer } from '../swarm/transfer.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'

/** Puts a torrent's content to work in its swarm: from here on pieces move. `prepare` comes before any peer is asked or let go. */
export function beginTransfer(
  context: SessionContext,
  swarm: Swarm,
  content: Content,
  prepare: (transfer: Transfer) => void,
): Transfer {
  const { layout, storage, have, selection, roots } = content
  const { info } = content.metainfo
  const { clock, random, memory } = context
  const transfer = new Transfer({
    info,
    layout,
    storage,
    have,
    selection,
    roots,
    owner: swarm,
    clock,
    random,
    memory,
  })
  prepare(transfer)
  transfer.resumeUnfinished(content.unfinished)
  swarm.begin(transfer)
  transfer.completePadding()
  return transfer
}
