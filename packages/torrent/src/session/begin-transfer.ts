import type { Swarm } from '../swarm/swarm.ts'
import { Transfer } from '../swarm/transfer.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'

/** Puts a torrent's content to work in its swarm: from here on pieces move. */
export function beginTransfer(
  context: SessionContext,
  swarm: Swarm,
  content: Content,
  sequential: boolean,
): Transfer {
  const { layout, storage, have, selection, roots } = content
  const { info } = content.metainfo
  const { clock, random } = context
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
  })
  if (sequential) transfer.picker.setSequential(true)
  swarm.begin(transfer)
  transfer.completePadding()
  return transfer
}
