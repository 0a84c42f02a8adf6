import { ownNode, rememberOwnNode } from '../shared/base/own-node.ts'
import type { NodeStore } from '../shared/node/node-store.ts'

/** The page that share links open is of this site too: it offers the node that its user was logged in at, unless they chose another there. */
export function tellSharePage({ access }: Pick<NodeStore, 'access'>): void {
  const tell = () => {
    if (access.get() === 'open' && ownNode() === null) rememberOwnNode(location.origin)
  }
  tell()
  access.subscribe(tell)
}
