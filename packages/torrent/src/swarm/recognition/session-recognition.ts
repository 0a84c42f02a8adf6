/**
 * Recognition for sessions without a permanent key or judgment of peers, such as those of pages,
 * which load this module with the first Shoal peer.
 */
import { KEY_BYTES, signingKey } from '#sealing'
import type { NetworkKey, PeerClaims, Recognition } from '../../recognition-api.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmContext } from '../swarm-context.ts'
import type { SwarmState } from '../swarm-state.ts'
import { Recognizer } from './recognizer.ts'

const sessions = new WeakMap<SwarmContext, SessionRecognition>()

/**
 * Recognizes the Shoal peers of one swarm. All swarms of a session have one key, which lasts as
 * long as the session.
 */
export function recognizePeers(swarm: SwarmState, peers: ReadonlyMap<number, Peer>): Recognizer {
  const { context } = swarm
  const recognition = sessions.get(context) ?? new SessionRecognition(context)
  sessions.set(context, recognition)
  return new Recognizer(swarm, peers, recognition)
}

class SessionRecognition implements Recognition {
  readonly key: NetworkKey
  readonly pseudonymSecret: Uint8Array

  constructor({ random }: SwarmContext) {
    this.key = signingKey(random.bytes(KEY_BYTES))
    this.pseudonymSecret = random.bytes(KEY_BYTES)
  }

  claimsFor(): PeerClaims {
    return {}
  }

  isTrusted(): boolean {
    return false
  }

  reputationOf(): number {
    return 0
  }

  onRecognized(): void {}

  onRefused(): void {}

  onConduct(): void {}

  onComplete(): void {}

  onReceipt(): void {}
}
