import { ownNode, rememberOwnNode } from '../shared/base/own-node.ts'
import type { NodeStore } from '../shared/node/node-store.ts'

/**
 * Remembers this node for the share page, which is on the same site: it offers the node where the
 * user was logged in, unless they chose another one there.
 */
export function rememberForSharePage({ access }: Pick<NodeStore, 'access'>): void {
  const update = () => {
    if (access.get() === 'open' && ownNode() === null) rememberOwnNode(location.origin)
  }
  update()
  access.subscribe(update)
}
