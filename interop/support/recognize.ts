import { RECOGNITION } from '../../apps/node/src/node/people/service.ts'
import type { OpenNode } from '../../apps/node/src/node/run-node.ts'

/** Evidence that a node belongs to a person. */
export interface ShownNode {
  /** Its network key, in hex. */
  readonly key: string
  readonly did: string
  /** In hex. */
  readonly certificate: string
}

/** Certifies a person's node to another one, as if both had met in a swarm. */
export function recognize(to: Pick<OpenNode, 'service'>, { key, did, certificate }: ShownNode): void {
  const peer = { key, host: '127.0.0.1', torrent: 'a'.repeat(40), isBound: true }
  to.service(RECOGNITION).onRecognized(peer, { did, certificate: Buffer.from(certificate, 'hex') })
}
